/* Certificates, tables and CRLs as callers add them: forms, limits, and that a failed call adds nothing. */
#include "evidence/endorsements.h"
#include "codec/pem.h"
#include "support/test.h"

#define TEXT_MAX ((size_t)512 * 1024)

/* The outer form of a certificate with a content of len bytes (below 65536). */
static void put_der(ah_buf *out, size_t len, uint8_t fill)
{
	const uint8_t head[] = { 0x30, 0x82, (uint8_t)(len >> 8), (uint8_t)len };
	(void)!ah_buf_append(out, AH_SLICE_OF(head));
	for (size_t i = 0; i < len; i++)
		(void)!ah_buf_append_byte(out, fill);
}

static void put_pem(ah_buf *out, const char *label, size_t len, uint8_t fill)
{
	AH_AUTO(ah_buf) der = AH_BUF(TEXT_MAX);
	put_der(&der, len, fill);
	(void)!ah_pem_write(out, label, ah_buf_slice(&der));
}

static void a_vek_is_taken_as_pem_or_der_and_once(void)
{
	AH_AUTO(ah_buf) der = AH_BUF(TEXT_MAX);
	AH_AUTO(ah_buf) pem = AH_BUF(TEXT_MAX);
	put_der(&der, 300, 1);
	put_pem(&pem, "CERTIFICATE", 300, 1);
	for (int i = 0; i < 2; i++) {
		AH_AUTO_PTR(ah_endorsements) en = NULL;
		EXPECT_OK(ah_endorsements_new(&en));
		EXPECT_OK(ah_endorsements_set_vek(en, ah_buf_slice(i == 0 ? &der : &pem), NULL));
		EXPECT_BYTES(ah_buf_slice(&en->vek), ah_buf_slice(&der));
		EXPECT_ERR(ah_endorsements_set_vek(en, ah_buf_slice(&der), NULL), AH_ERR_ARGUMENT);
	}
}

static ah_err set_vek(const ah_buf *bytes)
{
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	if (ah_endorsements_new(&en) != AH_OK)
		return AH_ERR_NOMEM;
	ah_err err = ah_endorsements_set_vek(en, ah_buf_slice(bytes), NULL);
	return err != AH_OK && en->vek.len != 0 ? AH_ERR_INTERNAL : err;
}

static void a_vek_is_exactly_one_certificate(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(TEXT_MAX);
	EXPECT_ERR(set_vek(&bytes), AH_ERR_CERT_MALFORMED);
	put_der(&bytes, 300, 1);
	put_der(&bytes, 300, 2);
	EXPECT_ERR(set_vek(&bytes), AH_ERR_CERT_MALFORMED);
	ah_buf_clear(&bytes);
	put_der(&bytes, 300, 1);
	bytes.len--;
	EXPECT_ERR(set_vek(&bytes), AH_ERR_CERT_MALFORMED);
	ah_buf_clear(&bytes);
	put_pem(&bytes, "CERTIFICATE", 300, 1);
	put_pem(&bytes, "CERTIFICATE", 300, 2);
	EXPECT_ERR(set_vek(&bytes), AH_ERR_CERT_MALFORMED);
	ah_buf_clear(&bytes);
	put_pem(&bytes, "PUBLIC KEY", 300, 1);
	EXPECT_ERR(set_vek(&bytes), AH_ERR_CERT_MALFORMED);
	ah_buf_clear(&bytes);
	EXPECT_OK(ah_buf_append_text(&bytes, "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"));
	EXPECT_ERR(set_vek(&bytes), AH_ERR_TEXT);
}

static void a_certificate_is_bounded(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(TEXT_MAX);
	put_der(&bytes, AH_CERTIFICATE_MAX - 4, 1);
	EXPECT_OK(set_vek(&bytes));
	ah_buf_clear(&bytes);
	put_der(&bytes, AH_CERTIFICATE_MAX - 3, 1);
	EXPECT_ERR(set_vek(&bytes), AH_ERR_TOO_LARGE);
	ah_buf_clear(&bytes);
	put_pem(&bytes, "CERTIFICATE", AH_CERTIFICATE_MAX - 3, 1);
	EXPECT_ERR(set_vek(&bytes), AH_ERR_TOO_LARGE);
	ah_buf_clear(&bytes);
	put_der(&bytes, 65000, 1);
	put_der(&bytes, 1000, 1);
	EXPECT_ERR(set_vek(&bytes), AH_ERR_TOO_LARGE);
}

static void a_chain_is_taken_in_any_form_and_order(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(TEXT_MAX);
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	EXPECT_OK(ah_endorsements_new(&en));
	EXPECT_OK(ah_buf_append_text(&bytes, "subject=CN = SEV-Genoa\n"));
	put_pem(&bytes, "CERTIFICATE", 300, 1);
	put_pem(&bytes, "CERTIFICATE", 300, 2);
	EXPECT_OK(ah_endorsements_add_chain(en, ah_buf_slice(&bytes), NULL));
	ah_buf_clear(&bytes);
	put_der(&bytes, 300, 3);
	put_der(&bytes, 300, 4);
	EXPECT_OK(ah_endorsements_add_chain(en, ah_buf_slice(&bytes), NULL));
	EXPECT(en->chain_count == 4);
	for (size_t i = 0; i < 4; i++)
		EXPECT(en->chain[i].len == 304 && en->chain[i].ptr[4] == i + 1);
}

static void a_chain_is_added_whole_or_not_at_all(void)
{
	AH_AUTO(ah_buf) bytes = AH_BUF(TEXT_MAX);
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	EXPECT_OK(ah_endorsements_new(&en));
	EXPECT_ERR(ah_endorsements_add_chain(en, ah_slice_make(NULL, 0), NULL), AH_ERR_CERT_MALFORMED);
	put_pem(&bytes, "CERTIFICATE", 300, 1);
	put_pem(&bytes, "X509 CRL", 300, 2);
	EXPECT_ERR(ah_endorsements_add_chain(en, ah_buf_slice(&bytes), NULL), AH_ERR_CERT_MALFORMED);
	EXPECT(en->chain_count == 0 && en->chain[0].len == 0);
	ah_buf_clear(&bytes);
	for (size_t i = 0; i <= AH_CHAIN_CERTIFICATES_MAX; i++)
		put_der(&bytes, 300, 1);
	EXPECT_ERR(ah_endorsements_add_chain(en, ah_buf_slice(&bytes), NULL), AH_ERR_TOO_LARGE);
	EXPECT(en->chain_count == 0);
	bytes.len -= 304;
	EXPECT_OK(ah_endorsements_add_chain(en, ah_buf_slice(&bytes), NULL));
	EXPECT(en->chain_count == AH_CHAIN_CERTIFICATES_MAX);
}

static void a_table_is_taken_once_and_by_size(void)
{
	static const uint8_t zeros[AH_SNP_CERT_TABLE_MAX + 1];
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	EXPECT_OK(ah_endorsements_new(&en));
	EXPECT_ERR(ah_endorsements_set_cert_table(en, AH_SLICE_OF(zeros), NULL), AH_ERR_TOO_LARGE);
	EXPECT_ERR(ah_endorsements_set_cert_table(en, ah_slice_make(zeros, 23), NULL), AH_ERR_CERT_TABLE);
	EXPECT_OK(ah_endorsements_set_cert_table(en, ah_slice_make(zeros, AH_SNP_CERT_TABLE_MAX), NULL));
	EXPECT_ERR(ah_endorsements_set_cert_table(en, ah_slice_make(zeros, 24), NULL), AH_ERR_ARGUMENT);
}

static void crls_are_taken_as_pem_or_der_up_to_eight(void)
{
	AH_AUTO(ah_buf) der = AH_BUF(TEXT_MAX);
	AH_AUTO(ah_buf) pem = AH_BUF(TEXT_MAX);
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	EXPECT_OK(ah_endorsements_new(&en));
	EXPECT_ERR(ah_endorsements_add_crl(en, ah_slice_make(NULL, 0), NULL), AH_ERR_TEXT);
	put_pem(&pem, "CERTIFICATE", 300, 1);
	EXPECT_ERR(ah_endorsements_add_crl(en, ah_buf_slice(&pem), NULL), AH_ERR_TEXT);
	ah_buf_clear(&pem);
	put_pem(&pem, "X509 CRL", 300, 1);
	put_der(&der, 300, 1);
	for (size_t i = 0; i < AH_CRLS_MAX; i++)
		EXPECT_OK(ah_endorsements_add_crl(en, ah_buf_slice(i % 2 == 0 ? &pem : &der), NULL));
	for (size_t i = 0; i < AH_CRLS_MAX; i++)
		EXPECT_BYTES(ah_buf_slice(&en->crls[i]), ah_buf_slice(&der));
	EXPECT_ERR(ah_endorsements_add_crl(en, ah_buf_slice(&der), NULL), AH_ERR_LIMIT);
}

static void a_crl_is_bounded(void)
{
	static const uint8_t zeros[AH_CRL_MAX + 1];
	AH_AUTO_PTR(ah_endorsements) en = NULL;
	EXPECT_OK(ah_endorsements_new(&en));
	EXPECT_OK(ah_endorsements_add_crl(en, ah_slice_make(zeros, AH_CRL_MAX), NULL));
	EXPECT_ERR(ah_endorsements_add_crl(en, AH_SLICE_OF(zeros), NULL), AH_ERR_TOO_LARGE);
}

static const ah_test_case cases[] = {
	AH_TEST(a_vek_is_taken_as_pem_or_der_and_once),
	AH_TEST(a_vek_is_exactly_one_certificate),
	AH_TEST(a_certificate_is_bounded),
	AH_TEST(a_chain_is_taken_in_any_form_and_order),
	AH_TEST(a_chain_is_added_whole_or_not_at_all),
	AH_TEST(a_table_is_taken_once_and_by_size),
	AH_TEST(crls_are_taken_as_pem_or_der_up_to_eight),
	AH_TEST(a_crl_is_bounded),
};
AH_TEST_MAIN(cases)
