#!/usr/bin/python3 -B
"""Every Nitro and SEV-SNP vector through the command, with the exit code of its class.

Goal: the command gives each document and report that others made its expected answer, and names an error of the expected kind.
Method: the vectors' own manifests; --genuine-only, at the time that the manifest gives, under the root that it names."""
import base64
import json
import os

import runner
from runner import VECTORS, claim, read, run, same, skip, write

NITRO_AT = 1743516970  # a second in which the document of the manifest without a time of its own was made
SNP_AT = "2026-06-20T00:00:00Z"
VLEK_AT = "2025-06-01T00:00:00Z"

# What the manifests' words mean here: exit codes, errors (None: any of that exit code).
NITRO_WORDS = {
    "malformed": ({30}, None),
    "malformed_or_ok_by_policy": ({30}, None),
    "certificate_expired": ({10}, {"CertificateExpired"}),
    "certificate_not_yet_valid": ({10}, {"CertificateNotYetValid"}),
    "signature_invalid": ({10, 30}, {"SignatureInvalid", "SignatureMalformed"}),
    "chain_invalid": ({10}, {"CertificateChainInvalid", "ChainConstraintViolated", "RootUntrusted", "CertificateSignatureInvalid"}),
    "untrusted_root": ({10}, {"RootUntrusted"}),
    "unsupported_algorithm": ({20}, {"UnsupportedAlgorithm"}),
    "debug_mode": ({10}, {"DebugEnabled"}),
}


def vectors(path):
    return os.path.join(VECTORS, path)


def load(path):
    return json.loads(read(vectors(path)))


def answer(name, args, codes, errors):
    """Run, and compare exit code and error; codes {0} is an acceptance. Returns the verdict or error object."""
    result = run("verify", "--genuine-only", "--json", *args)
    value = result.json()
    error = value["error"] and value["error"]["name"]
    claim(result.code in codes and (errors is None or error in errors), f"{name}: exit {result.code}, {error}; wanted {sorted(codes)} {errors or ''}")
    same(error is None, result.code == 0, f"{name}: an error exactly when refused")
    return value


def nitro_case(path, word, at, extra):
    args = ["--platform", "nitro", "--at", at, *extra, vectors(f"nitro/{path}")]
    if not word.startswith("ok"):
        answer(path, args, *NITRO_WORDS[word])
        return
    value = answer(path, args, {0}, {None})
    same(value["result"], "SIMULATED" if extra else "GENUINE", path)
    if word == "ok_or_policy":
        claim("unknown" in json.dumps(value), f"{path}: the unknown key is reported")


def nitro_real():
    for entry in load("nitro/attestation/manifest.json"):
        nitro_case(entry["file"], "debug_mode" if entry["debug"] else "ok", entry.get("valid_at") or entry["at"], [])


def nitro_negative():
    for entry in load("nitro/negative/manifest.json"):
        nitro_case(entry["file"], entry["expect"], entry["at"] or NITRO_AT, [])


def nitro_synthetic():
    manifest = load("nitro/synthetic/manifest.json")
    root = ["--simulated-root", vectors(f"nitro/{manifest['root']}"), "--allow-simulated"]
    for entry in manifest["documents"]:
        nitro_case(entry["file"], entry["expect"], entry["at"], root)


def nitro_detection_finds_what_is_named():
    for entry in load("nitro/attestation/manifest.json"):
        path = vectors(f"nitro/{entry['file']}")
        at = ["--at", entry.get("valid_at") or entry["at"]]
        same(run("verify", "--genuine-only", "--json", *at, path).out, run("verify", "--genuine-only", "--json", "--platform", "nitro", *at, path).out, path)


def snp_real():
    refused = {"milan-v2-google-debug": "DebugEnabled", "milan-v3-vlek-aws": "VMPLRejected"}
    for entry in load("snp/real/index.json"):
        report = vectors(f"snp/{entry['report']}")
        if not entry.get("vek"):
            answer(entry["id"], ["--at", SNP_AT, report], {40}, {"EndorsementMissing"})
            continue
        chain = [a for k in ("root", "intermediate") for a in ("--chain", vectors(f"snp/{entry[k]}"))]
        args = ["--vek", vectors(f"snp/{entry['vek']}"), *chain, "--at", VLEK_AT if entry["signer"] == "vlek" else SNP_AT]
        wanted = refused.get(entry["id"])
        value = answer(entry["id"], [*args, report], {10} if wanted else {0}, {wanted})
        hexed = write("report.hex", read(report).hex())
        same(run("verify", "--genuine-only", "--json", *args, hexed).json()["result"], value["result"], f"{entry['id']} as hex")
        encoded = write("report.b64", base64.encodebytes(read(report)))
        same(run("verify", "--genuine-only", "--json", *args, encoded).json()["result"], value["result"], f"{entry['id']} as base64")


def snp_synthetic():
    index = load("snp/synth/index.json")
    for entry in index["cases"]:
        args = ["--platform", "sev-snp", "--allow-simulated", "--at", index["verify_time"]]
        args += ["--simulated-root", vectors(f"snp/synth/{entry['trusted_root']}"), "--vek", vectors(f"snp/synth/{entry['vek']}")]
        args += [a for k in ("intermediate", "root") if entry.get(k) for a in ("--chain", vectors(f"snp/synth/{entry[k]}"))]
        args += ["--crl", vectors(f"snp/synth/{entry['crl']}")] if entry.get("crl") else []
        accepted = entry["expect"] == "accept"
        value = answer(entry["id"], [*args, vectors(f"snp/synth/{entry['report']}")], {0} if accepted else {10, 20, 30}, {None} if accepted else None)
        if accepted:
            same(value["result"], "SIMULATED", entry["id"])
        if entry["reason"].startswith(("unsupported version", "unknown product", "unknown signature algorithm")):
            same(value["error"]["class"], "unsupported", entry["id"])
        if entry["reason"].startswith("malformed"):
            same(value["error"]["class"], "malformed", entry["id"])


def snp_certificate_tables():
    """Good tables serve as the only endorsements of the report whose VEK they hold; bad ones are named as such."""
    real = [e for e in load("snp/real/index.json") if e.get("vek")]
    veks = [(e, read(vectors(f"snp/{e['vek']}"))) for e in real]
    for entry in load("snp/certtable/index.json"):
        table = vectors(f"snp/certtable/{entry['file']}")
        owner = next((e for e, vek in veks if vek in read(table)), real[1])
        at = VLEK_AT if owner["signer"] == "vlek" else SNP_AT
        args = ["--cert-table", table, "--at", at, vectors(f"snp/{owner['report']}")]
        if entry["expect"] != "accept":
            claim(run("verify", "--genuine-only", "--json", *args).code != 0, f"{entry['file']} is refused")
            if entry["file"].startswith("bad-"):
                answer(entry["file"], args, {30}, {"CertTableMalformed"})
            continue
        chain = [a for k in ("root", "intermediate") for a in ("--chain", vectors(f"snp/{owner[k]}"))]
        value = json.loads(run("verify", "--genuine-only", "--json", *chain, *args).out)
        claim(value["error"] is None or value["error"]["name"] in ("EndorsementMissing", "VMPLRejected"), f"{entry['file']}: {value['error']}")
        same(run("inspect", "--json", table).json()["error"] is None or "empty" in entry["file"] or "zero" in entry["file"], True, f"inspect {entry['file']}")


def snp_real_crls():
    """Both CRLs hold on 2025-06-01; the reports' VEKs are younger, except for those of 2023 and before."""
    for entry in load("snp/real/index.json"):
        if not entry.get("vek") or entry["vek_not_before"] > "2025-06-01" or entry["id"] in ("milan-v2-google-debug", "milan-v3-vlek-aws"):
            continue
        crl = {"milan": "milan_crl_2025-05-06.der", "genoa": "genoa_crl_2024-10-23.der"}[entry["product"]]
        other = {"milan": "genoa_crl_2024-10-23.der", "genoa": "milan_crl_2025-05-06.der"}[entry["product"]]
        chain = [a for k in ("root", "intermediate") for a in ("--chain", vectors(f"snp/{entry[k]}"))]
        args = ["--vek", vectors(f"snp/{entry['vek']}"), *chain]
        report = vectors(f"snp/{entry['report']}")
        value = answer(entry["id"], [*args, "--at", VLEK_AT, "--crl", vectors(f"snp/crl/{crl}"), report], {0}, {None})
        same([r["status"] for r in value["rows"] if r["id"] == "revocation"], ["pass"], f"{entry['id']}: revocation is checked")
        answer(entry["id"], [*args, "--at", SNP_AT, "--crl", vectors(f"snp/crl/{crl}"), report], {10}, {"CrlExpired"})
        answer(entry["id"], [*args, "--at", VLEK_AT, "--crl", vectors(f"snp/crl/{other}"), report], {10}, {"CrlIssuerMismatch"})


def every_file_can_be_inspected():
    """Whatever it is: an answer, never a crash, JSON that parses."""
    for folder in ("nitro/attestation", "nitro/negative", "nitro/synthetic", "nitro/eif", "tdx/automata", "tdx/collateral", "tdx/dcap-qvl",
                   "tdx/dstack", "tdx/eventlog", "tdx/go-tdx-guest", "tdx/intel-qvl-sample", "tdx/roots", "tdx/trustee", "snp/certtable", "snp/certs-only", "snp/crl", "snp/roots", "snp/synth/certs",
                   "snp/synth/reports"):
        for name in sorted(os.listdir(vectors(folder))):
            path = vectors(f"{folder}/{name}")
            if os.path.isfile(path) and os.path.getsize(path) <= 1 << 20:
                result = run("inspect", "--json", path)
                claim(result.code in (0, 20, 30), f"inspect {folder}/{name}: exit {result.code}")
                value = result.json()
                same(value["error"] is None, result.code == 0, f"inspect {folder}/{name}: an error exactly when it does not hold")


def event_logs_are_shown_with_the_registers_that_they_replay_to():
    for name, want in load("tdx/eventlog/expected_rtmrs.json").items():
        value = run("inspect", "--json", vectors(f"tdx/eventlog/{name}")).json()
        rows = {r["label"]: r["value"] for r in value["rows"]}
        for i, rtmr in enumerate(want["rtmr"]):
            same(rows[f"RTMR{i} by these events"].replace("not extended", "00" * 48), rtmr, f"{name}: RTMR{i}")
        same(rows["events"], str(want["events"]), f"{name}: events")
        same(sum(r["label"].startswith("[") for r in value["rows"]), want["events"], f"{name}: one row per event")


def every_byte_of_a_quote_is_in_one_row():
    for path in ("dcap-qvl/tdx_quote", "go-tdx-guest/quote_v5_sample.dat", "go-tdx-guest/cos-113-tdx-quote.dat", "trustee/az_td-quote.bin"):
        value = run("inspect", "--json", vectors(f"tdx/{path}")).json()
        at = 0
        for row in value["rows"]:
            if "off" in row:
                same(row["off"], at, f"{path}: {row['label']}")
                at += row["len"]
        same((value["kind"], value["error"], at), ("tdx quote", None, value["size"]), path)
        subjects = [r["value"].split(",")[0] for r in value["rows"] if r["label"] == "subject"]
        claim(len(subjects) == 3 and subjects[2] == "CN=Intel SGX Root CA", f"{path}: three certificates")
        same(len([r for r in value["rows"] if r["label"] == "FMSPC"]), 1, f"{path}: one SGX extension")


CASES = [nitro_real, nitro_negative, nitro_synthetic, nitro_detection_finds_what_is_named, snp_real, snp_synthetic, snp_certificate_tables, snp_real_crls,
         event_logs_are_shown_with_the_registers_that_they_replay_to, every_byte_of_a_quote_is_in_one_row, every_file_can_be_inspected]


def vectors_are_absent():
    skip("../shared/vectors absent")


runner.main("test_vectors_cli", CASES if os.path.isdir(VECTORS) else [vectors_are_absent])
