/* See pem.h. Section numbers are those of RFC 7468. */
#include "codec/pem.h"

#include "base/fault.h"
#include "codec/text.h"

#define BEGIN_MARK  AH_SLICE_LITERAL("-----BEGIN ")
#define END_MARK    AH_SLICE_LITERAL("-----END ")
#define CLOSE_MARK  AH_SLICE_LITERAL("-----")
/* 64 characters of base64 (2: "exactly 64 characters"). */
#define LINE_BYTES  48

static ah_slice after(ah_slice s, size_t off)
{
	return ah_slice_sub(s, off, s.len - off);
}

static bool starts_with(ah_slice s, ah_slice prefix)
{
	return s.len >= prefix.len && ah_slice_is(ah_slice_sub(s, 0, prefix.len), prefix);
}

static bool ends_with(ah_slice s, ah_slice suffix)
{
	return s.len >= suffix.len && ah_slice_is(after(s, s.len - suffix.len), suffix);
}

/* Take one line off *rest, without its LF or CRLF; the last line may have none. */
static ah_slice take_line(ah_slice *rest)
{
	const uint8_t *lf = rest->len != 0 ? (const uint8_t *)memchr(rest->ptr, '\n', rest->len) : NULL;
	size_t len = lf != NULL ? (size_t)(lf - rest->ptr) : rest->len;
	ah_slice line = ah_slice_sub(*rest, 0, len);
	*rest = after(*rest, lf != NULL ? len + 1 : len);
	if (lf != NULL && ends_with(line, AH_SLICE_LITERAL("\r")))
		line.len--;
	return line;
}

bool ah_pem_detect(ah_slice in)
{
	while (in.len != 0)
		if (starts_with(take_line(&in), BEGIN_MARK))
			return true;
	return false;
}

/* 3: words of printable characters with one space or hyphen between them. An empty label is allowed there, and of no use here. */
static bool is_label(ah_slice label)
{
	bool in_word = false;
	for (size_t i = 0; i < label.len; i++) {
		uint8_t c = label.ptr[i];
		bool separator = c == ' ' || c == '-';
		if (c < 0x20 || c > 0x7e || (separator && !in_word))
			return false;
		in_word = !separator;
	}
	return in_word;
}

/* The label of a boundary line: what stands between the mark and the five hyphens at the end. */
static bool boundary_label(ah_slice *label, ah_slice line, ah_slice mark)
{
	if (!starts_with(line, mark))
		return false;
	ah_slice rest = after(line, mark.len);
	if (!ends_with(rest, CLOSE_MARK))
		return false;
	*label = ah_slice_sub(rest, 0, rest.len - CLOSE_MARK.len);
	return is_label(*label);
}

/* The base64 lines and the END line. Each line but the last is whole groups without padding, so that every line decodes by itself. */
static ah_err read_body(ah_slice *rest, ah_slice label, ah_buf *out)
{
	bool last_seen = false;
	size_t start = out->len;
	while (rest->len != 0) {
		ah_slice line = take_line(rest), end_label;
		if (starts_with(line, END_MARK)) {
			bool good = boundary_label(&end_label, line, END_MARK) && ah_slice_is(end_label, label) && out->len != start;
			return good ? AH_OK : AH_ERR_TEXT;
		}
		if (line.len == 0 || last_seen)
			return AH_ERR_TEXT;
		last_seen = ends_with(line, AH_SLICE_LITERAL("="));
		AH_TRY(ah_base64_decode(out, line));
	}
	return AH_ERR_TEXT;
}

ah_err ah_pem_next(ah_slice *rest, bool *found, ah_slice *label, ah_buf *out)
{
	ah_slice left = *rest, name = { NULL, 0 };
	while (left.len != 0) {
		ah_slice line = take_line(&left);
		if (starts_with(line, END_MARK))
			return AH_ERR_TEXT;
		if (!starts_with(line, BEGIN_MARK))
			continue;
		if (!boundary_label(&name, line, BEGIN_MARK))
			return AH_ERR_TEXT;
		size_t start = out->len;
		ah_err err = read_body(&left, name, out);
		if (err != AH_OK) {
			out->len = start;
			return err;
		}
		*label = name;
		*found = true;
		*rest = left;
		return AH_OK;
	}
	*found = false;
	*rest = left;
	return AH_OK;
}

static ah_err write_boundary(ah_buf *out, ah_slice mark, const char *label)
{
	AH_TRY(ah_buf_append(out, mark));
	AH_TRY(ah_buf_append_text(out, label));
	AH_TRY(ah_buf_append(out, CLOSE_MARK));
	return ah_buf_append_byte(out, '\n');
}

static ah_err write_block(ah_buf *out, const char *label, ah_slice bytes)
{
	AH_TRY(write_boundary(out, BEGIN_MARK, label));
	for (size_t off = 0; off < bytes.len; off += LINE_BYTES) {
		size_t len = bytes.len - off < LINE_BYTES ? bytes.len - off : LINE_BYTES;
		AH_TRY(ah_base64_encode(out, ah_slice_sub(bytes, off, len)));
		AH_TRY(ah_buf_append_byte(out, '\n'));
	}
	return write_boundary(out, END_MARK, label);
}

ah_err ah_pem_write(ah_buf *out, const char *label, ah_slice bytes)
{
	size_t start = out->len;
	ah_err err = write_block(out, label, bytes);
	if (err != AH_OK)
		out->len = start;
	return err;
}
