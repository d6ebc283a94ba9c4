/*
 * Verify evidence with a policy and the report data that it must carry, in C++17: who owns what is said by types.
 *
 *     c++ -std=c++17 verify_policy.cc $(pkg-config --cflags --libs anchorhold) -o verify_policy_cc
 *     ./verify_policy_cc POLICY REPORT-DATA EVIDENCE        REPORT-DATA is text: a Nitro document carries up to 512 bytes of it
 */
#include <anchorhold/anchorhold.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>

namespace {

template <auto free_function> struct freed_by {
	template <typename T> void operator()(T *object) const { free_function(object); }
};
using policy_ptr = std::unique_ptr<ah_policy, freed_by<ah_policy_free>>;
using verifier_ptr = std::unique_ptr<ah_verifier, freed_by<ah_verifier_free>>;
using verdict_ptr = std::unique_ptr<ah_verdict, freed_by<ah_verdict_free>>;

std::string read_file(const char *path)
{
	std::ifstream file(path, std::ios::binary);
	return { std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>() };
}

/* Valid as long as the text is. */
ah_slice slice_of(const std::string &text)
{
	return { reinterpret_cast<const uint8_t *>(text.data()), text.size() };
}

int refuse(ah_err err, const ah_fault &why)
{
	std::cerr << "refused: " << ah_err_name(err) << ": " << why.detail << "\n";
	return ah_err_exit_code(err);
}

}

int main(int argc, char **argv)
{
	if (argc != 4) {
		std::cerr << "usage: verify_policy_cc POLICY REPORT-DATA EVIDENCE\n";
		return 2;
	}
	const std::string json = read_file(argv[1]), report_data = argv[2], evidence = read_file(argv[3]);
	ah_fault why{};

	ah_policy *policy = nullptr;
	if (ah_err err = ah_policy_load(&policy, slice_of(json), &why); err != AH_OK)
		return refuse(err, why);
	policy_ptr policy_owner(policy);

	ah_verifier *verifier = nullptr;
	if (ah_err err = ah_verifier_new(&verifier, &why); err != AH_OK)
		return refuse(err, why);
	verifier_ptr verifier_owner(verifier);

	ah_request request{};
	request.evidence = slice_of(evidence);
	request.policy = policy;
	request.expected.fields = AH_EXPECT_REPORT_DATA;
	request.expected.report_data = slice_of(report_data);
	request.now_s = static_cast<int64_t>(std::time(nullptr));
	/* A program for production leaves this out. Here it lets the example run without hardware; the verdict is SIMULATED. */
	request.allow_simulated = std::getenv("ALLOW_SIMULATED") != nullptr;

	ah_verdict *verdict = nullptr;
	ah_err err = ah_appraise(&verdict, verifier, &request, &why);
	verdict_ptr verdict_owner(verdict);
	if (err != AH_OK)
		return refuse(err, why);
	std::cout << ah_result_name(ah_verdict_result(verdict)) << ": accepted until " << ah_verdict_expiry_s(verdict) << "\n";
	return 0;
}
