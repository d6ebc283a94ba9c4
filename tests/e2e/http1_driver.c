/*
 * Our HTTP codec as a filter, for the differential test: on standard input streams of requests, each with its length in front (u32, big-endian); on
 * standard output the transcript of each (support/http1_transcript.h), then a line ".".
 *
 * usage: http1_driver           streams, each given whole and byte by byte; a difference ends the program with 1
 *        http1_driver --cases   the table of tests/unit/codec/http1_cases.h: one line each, NAME TAB STATUS TAB closes|keeps TAB ERROR TAB hex
 */
#include "support/http1_transcript.h"
#include "unit/codec/http1_cases.h"

#include <stdio.h>

#define STREAM_MAX ((size_t)1 << 20)

static int print_cases(void)
{
	for (size_t i = 0; i < HTTP1_CASE_COUNT; i++) {
		const http1_case *c = &http1_cases[i];
		AH_AUTO(ah_buf) raw = AH_BUF(STREAM_MAX), hex = AH_BUF(2 * STREAM_MAX);
		if (!http1_case_bytes(&raw, c) || ah_buf_append_hex(&hex, ah_buf_slice(&raw)) != AH_OK)
			return 1;
		printf("%s\t%u\t%s\t%s\t%.*s\n", c->name, c->status, c->closes ? "closes" : "keeps", ah_err_name(c->err), (int)hex.len, hex.len != 0 ? (const char *)hex.ptr : "");
	}
	return 0;
}

static void play(ah_buf *out, ah_slice in, size_t piece)
{
	transcript t;
	transcript_init(&t, TRANSCRIPT_REQUESTS, AH_HTTP_BODY_DEFAULT);
	for (size_t off = 0; off < in.len; off += piece)
		transcript_feed(&t, ah_slice_sub(in, off, piece < in.len - off ? piece : in.len - off));
	transcript_end(&t);
	transcript_must(ah_buf_append(out, ah_buf_slice(&t.out)));
	transcript_free(&t);
}

int main(int argc, char **argv)
{
	static uint8_t bytes[STREAM_MAX];
	uint8_t prefix[4];
	if (argc > 1)
		return strcmp(argv[1], "--cases") == 0 ? print_cases() : 2;
	while (fread(prefix, 1, sizeof prefix, stdin) == sizeof prefix) {
		size_t len = (size_t)prefix[0] << 24 | (size_t)prefix[1] << 16 | (size_t)prefix[2] << 8 | prefix[3];
		AH_AUTO(ah_buf) whole = AH_BUF(TRANSCRIPT_MAX), bytewise = AH_BUF(TRANSCRIPT_MAX);
		if (len > sizeof bytes || fread(bytes, 1, len, stdin) != len)
			return 2;
		play(&whole, ah_slice_make(bytes, len), STREAM_MAX);
		play(&bytewise, ah_slice_make(bytes, len), 1);
		if (!ah_slice_is(ah_buf_slice(&whole), ah_buf_slice(&bytewise)))
			return 1;
		(void)fwrite(whole.ptr, 1, whole.len, stdout);
		(void)puts(".");
	}
	return fflush(stdout) == 0 ? 0 : 2;
}
