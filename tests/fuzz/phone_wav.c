/* SPDX-License-Identifier: MPL-2.0
 *
 * A recording of a municipality's own. What is found lies inside of the file and has as
 * many samples as it says.
 */
#include "wav.h"

#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct wav w;
	unsigned sum = 0;

	if (!wav_read(bytes_of(at, len), &w))
		return 0;
	PROMISE(w.data.at >= at && w.data.len <= len - (size_t)(w.data.at - at));
	PROMISE(w.samples == (w.form == WAV_PCM16 ? w.data.len / 2 : w.data.len));
	for (size_t i = 0; i < w.samples; i++)
		sum += wav_alaw(&w, i);
	PROMISE(sum <= 255 * w.samples);
	return 0;
}
