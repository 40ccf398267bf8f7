/* SPDX-License-Identifier: MPL-2.0
 *
 * Errors. A function that can fail returns int: 0 done; negative errno = a fault, passed
 * up unchanged and never matched; positive X_E_... = a documented outcome that the
 * immediate caller handles and does not forward.
 */
#pragma once

#include "samtale/base/compiler.h"

/* Notes file:line of a fault's origin once in the debug log, and returns it.
 * err: errno, positive or negative; 0 becomes -EIO. */
#define fault_here(err) fault_at((err), __FILE__, __LINE__)
/* Passes a fault (< 0) up; asserts that it is one. */
#define fault_pass(err) fault_through((err))
/* Turns an unexpected outcome (> 0) into -ENOTRECOVERABLE and notes where. 0 stays 0. */
#define fault_fold(result) fault_fold_at((result), __FILE__, __LINE__)

must_check int fault_at(int err, const char *file, int line);
must_check int fault_through(int err);
must_check int fault_fold_at(int result, const char *file, int line);

/* Last origin of a fault in this thread, "file:line", for tests and for `doctor`. */
const char *fault_origin(void);
