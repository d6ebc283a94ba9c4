// The question of bench_tdx_real.c, asked of the npm package @phala/dcap-qvl: node bench.mjs VECTORS. Prints microseconds of CPU for one verification.
//
// All leniency is the peer's: reading and parsing the collateral file is not counted, and a second of verifying first lets the compiler of the
// language do its work. It keeps nothing from one verification to the next, so it has one figure, not a cold and a warm one. The CPU time is that of
// the process, so it holds the peer's garbage collection, as ours holds our allocations.
import { readFileSync } from "node:fs";
import qvl from "@phala/dcap-qvl";

const AT_S = 1751587200;
const WARM_UP_MS = 1000;
const MEASURED_MS = 1500;

const vectors = process.argv[2];
const quote = new Uint8Array(readFileSync(`${vectors}/tdx/dcap-qvl/tdx_quote`));
const collateral = JSON.parse(readFileSync(`${vectors}/tdx/collateral/b0c06f000000_2025-06.json`, "utf8"));

function verifyFor(ms) {
	const end = performance.now() + ms;
	const before = process.cpuUsage();
	let count = 0;
	for (; performance.now() < end; count++) {
		if (qvl.verify(quote, collateral, AT_S).status !== "UpToDate") {
			throw new Error("the peer does not accept the real quote");
		}
	}
	const used = process.cpuUsage(before);
	return (used.user + used.system) / count;
}

verifyFor(WARM_UP_MS);
console.log(verifyFor(MEASURED_MS).toFixed(1));
