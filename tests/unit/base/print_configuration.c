/* SPDX-License-Identifier: MPL-2.0
 *
 * Prints docs/configuration.md: `ninja configuration-page` writes it into the tree.
 */
#include "samtale/base/settings.h"

int main(void)
{
	settings_manual(stdout);
	return 0;
}
