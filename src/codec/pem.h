/*
 * PEM (RFC 7468, strict): BEGIN line, base64 lines, END line; explanatory text before a BEGIN line is skipped.
 * Lines end in LF or CRLF. Base64 lines are whole groups of four characters, of any length, with padding only in the last one; no white space.
 */
#ifndef AH_CODEC_PEM_H
#define AH_CODEC_PEM_H

#include "base/buf.h"

/* True when the bytes contain a "-----BEGIN " line start: the cheap test between PEM and DER. */
bool ah_pem_detect(ah_slice in);

/*
 * Take the next block from *rest: on AH_OK *found tells whether there was one; label ("CERTIFICATE") is borrowed, the decoded bytes are
 * appended to out, *rest moves behind the END line. With *found false, only white space and text was left.
 * errors: AH_ERR_TEXT (labels differ, bad base64, nothing between the lines, no END, an END without BEGIN), AH_ERR_LIMIT, AH_ERR_NOMEM.
 */
AH_MUST_USE ah_err ah_pem_next(ah_slice *rest, bool *found, ah_slice *label, ah_buf *out);

/* One block with lines of 64 characters. */
AH_MUST_USE ah_err ah_pem_write(ah_buf *out, const char *label, ah_slice bytes);

#endif
