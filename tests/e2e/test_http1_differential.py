#!/usr/bin/python3 -B
"""The HTTP parser beside two others: node's (llhttp, strict) and h11.

Goal: no stream that we accept is framed differently by another reader. Method: every row of tests/unit/codec/http1_cases.h, 10,000 mutations of them and
10,000 requests put together from odd parts (fixed seed) go through all three. A message that two of them accept must have the same method, target,
header lines, content and end. What only one refuses is no difference; where we wait for bytes and another sees a whole message, or the reverse, is.
AH_HTTP_VARIANTS changes the number of variants of each kind."""
import json
import os
import random
import shutil
import struct
import subprocess

import runner
from runner import claim, same, skip

try:
    import h11
except ImportError:
    h11 = None

HERE = os.path.dirname(os.path.abspath(__file__))
DRIVER = os.environ.get("AH_HTTP1_DRIVER") or os.path.join(os.environ.get("AH_BUILD") or os.path.join(runner.ROOT, "build"), "tests", "e2e", "http1_driver")
VARIANTS = int(os.environ.get("AH_HTTP_VARIANTS", "10000"))
SEED = 20261120
SHOWN = 10  # differences printed in full


class Seen:
    """What a reader made of a stream: complete messages [method, target, [name, value, ..], content], and how it ended.

    end: "waits" for bytes; "refused"; "closed" or "switched": the rest is not HTTP for it. names: the reader's own word for the end."""
    def __init__(self, messages, end, word=""):
        self.messages, self.end, self.word = messages, end, word


# -- The three readers --

def framed(streams):
    return b"".join(struct.pack(">I", len(s)) + s for s in streams)


def raw(word):
    return b"" if word == "-" else bytes.fromhex(word)


def ours(streams):
    done = subprocess.run([DRIVER], input=framed(streams), capture_output=True, timeout=300)
    same(done.returncode, 0, "the driver, which also compares whole and byte by byte")
    found = []
    messages, open_message, end, word = [], None, "waits", ""
    for line in done.stdout.decode().splitlines():
        kind, *rest = line.split(" ")
        if kind == "message":
            open_message = [raw(rest[1]), raw(rest[2]), [], b""]
        elif kind == "field":
            open_message[2] += [raw(rest[0]), raw(rest[1])]
        elif kind == "content":
            open_message[3] = raw(rest[0])
        elif kind == "end-of-message":
            messages.append(open_message)
        elif kind == "error":
            end, word = "refused", " ".join(rest)
        elif kind == "rest":
            end, word = {"closed": "closed", "switched": "switched"}.get(rest[0], "waits"), rest[0]
        elif kind == ".":
            found.append(Seen(messages, end, word))
            messages, open_message, end, word = [], None, "waits", ""
    same(len(found), len(streams), "streams answered by the driver")
    return found


def of_node(streams):
    done = subprocess.run(["node", os.path.join(HERE, "http1_node.js")], input=framed(streams), capture_output=True, timeout=550)
    same((done.returncode, done.stderr), (0, b""), "node")
    found = []
    for line in done.stdout.splitlines():
        value = json.loads(line)
        messages = [[bytes.fromhex(m), bytes.fromhex(t), [bytes.fromhex(x) for x in fields], bytes.fromhex(body)] for m, t, fields, body in value["messages"]]
        error = value["error"]
        end = "waits" if error in (None, "HPE_INVALID_EOF_STATE") else "closed" if error == "HPE_CLOSED_CONNECTION" else "refused"
        if end == "waits" and messages and is_switch(messages[-1]):
            end = "switched"
        found.append(Seen(messages, end, error or ""))
    same(len(found), len(streams), "streams answered by node")
    return found


def is_switch(message):
    """node and h11 stop reading behind CONNECT and behind an offer to upgrade, and have no name for it in what they tell here."""
    names = [name.lower() for name in message[2][::2]]
    return message[0] == b"CONNECT" or b"upgrade" in names


def of_h11(stream):
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=32768)
    messages, current = [], None
    if stream:
        connection.receive_data(stream)
    try:
        while True:
            event = connection.next_event()
            if event is h11.NEED_DATA:
                return Seen(messages, "waits")
            if event is h11.PAUSED:
                return Seen(messages, "switched" if connection.their_state is h11.MIGHT_SWITCH_PROTOCOL else "closed")
            if isinstance(event, h11.Request):
                current = [bytes(event.method), bytes(event.target), [bytes(x) for pair in event.headers.raw_items() for x in pair], b""]
            elif isinstance(event, h11.Data):
                current[3] += bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                messages.append(current)
                if connection.their_state is h11.MIGHT_SWITCH_PROTOCOL:
                    return Seen(messages, "switched")
                connection.send(h11.Response(status_code=200, headers=[("Content-Length", "0")]))
                connection.send(h11.EndOfMessage())
                if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                    return Seen(messages, "closed")
                connection.start_next_cycle()
            else:
                return Seen(messages, "closed")
    except h11.RemoteProtocolError as error:
        return Seen(messages, "refused", str(error))


# -- The comparison --

def plain(message):
    """h11 tells the value of Transfer-Encoding in lower case; everything else is compared as it was written."""
    method, target, fields, content = message
    lowered = [value.lower() if i % 2 and fields[i - 1].lower() == b"transfer-encoding" else value for i, value in enumerate(fields)]
    return method, target, lowered, content


def difference(we, they):
    """A text when the two readers see different messages in one stream, else None."""
    for i, (a, b) in enumerate(zip(we.messages, they.messages)):
        for name, x, y in zip(("method", "target", "fields", "content"), plain(a), plain(b)):
            if x != y:
                return f"message {i}: {name}: {x!r} and {y!r}"
    if len(they.messages) < len(we.messages) and they.end == "waits":
        return f"we see {len(we.messages)} whole messages, the other {len(they.messages)} and waits"
    if len(we.messages) < len(they.messages) and we.end == "waits":
        return f"the other sees {len(they.messages)} whole messages, we {len(we.messages)} and wait ({we.word})"
    return None


def self_test():
    """The comparison sees what it is for."""
    a = [b"GET", b"/", [b"Host", b"a"], b""]
    claim(difference(Seen([a], "waits"), Seen([a], "waits")) is None, "equal messages are no difference")
    claim(difference(Seen([a], "waits"), Seen([], "refused")) is None, "a refusal is no difference")
    for i, other in enumerate(([b"PUT", *a[1:]], [a[0], b"/x", *a[2:]], [a[0], a[1], [], b""], [*a[:3], b"x"])):
        claim(difference(Seen([a], "waits"), Seen([other], "waits")) is not None, f"part {i} of a message is compared")
    claim(difference(Seen([a], "waits"), Seen([], "waits")) is not None, "a message that the other has not finished is a difference")
    claim(difference(Seen([], "waits"), Seen([a], "waits")) is not None, "a message that only the other has finished is a difference")


def compare(name, streams):
    """All readers over the streams; returns what we saw."""
    mine = ours(streams)
    peers = {}
    if shutil.which("node"):
        peers["node"] = of_node(streams)
    else:
        skip("node is not installed")
    if h11:
        peers["h11"] = [of_h11(s) for s in streams]
    else:
        skip("python3-h11 is not installed")
    print(f"{name}: {len(streams)} streams; whole messages: ours {sum(len(s.messages) for s in mine)}"
          + "".join(f", {peer} {sum(len(s.messages) for s in seen)}" for peer, seen in peers.items()))
    for peer, seen in peers.items():
        bad = [(s, d) for s, we, they in zip(streams, mine, seen) if (d := difference(we, they))]
        stricter = sum(len(we.messages) < len(they.messages) for we, they in zip(mine, seen))
        looser = sum(len(we.messages) > len(they.messages) for we, they in zip(mine, seen))
        print(f"{name}: {peer}: we stop earlier in {stricter} streams, {peer} in {looser}; {len(bad)} framed differently")
        for stream, text in bad[:SHOWN]:
            print(f"    {stream!r}\n    {text}")
        runner.passed += len(streams) - len(bad) - 1
        claim(not bad, f"{len(bad)} of {len(streams)} streams are framed differently by {peer}")
    return mine


# -- The table --

def table():
    lines = subprocess.run([DRIVER, "--cases"], capture_output=True, check=True, timeout=60).stdout.decode("ascii").splitlines()
    return [(name, int(status), decision, error, bytes.fromhex(text)) for name, status, decision, error, text in (line.split("\t") for line in lines)]


def the_table():
    cases = table()
    claim(len(cases) >= 120, "the table has 120 rows")
    seen = compare("table", [case[4] for case in cases])
    for (name, status, decision, error, _), we in zip(cases, seen):
        if status == 200:
            claim(len(we.messages) == 1 and we.end != "refused", f"{name}: one message")
            claim((we.end == "closed") == (decision == "closes"), f"{name}: {decision}")
        elif status == 0:
            claim(not we.messages and we.end == "waits", f"{name}: waits")
        else:
            claim(not we.messages and we.end == "refused" and we.word.startswith(f"{error} {status} "), f"{name}: {we.word}")


# -- Mutations --

PIECES = [b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\r\r\n", b" ", b"\t", b"\0", b"\x0b", b"\x0c", b"\x7f", b"\x80", b"\xff", b":", b",", b";", b"+", b"-", b"0", b"0x", b"00",
          b"1", b"5", b"a", b"\"", b"#", b"?", b"%", b"/", b"\\", b"@", b"HTTP/1.0", b"HTTP/1.1", b"HTTP/1.2", b"chunked", b"identity", b"gzip, ", b"close", b"keep-alive",
          b"Transfer-Encoding: chunked\r\n", b"transfer-encoding:chunked\r\n", b"Transfer-Encoding: identity\r\n", b"Content-Length: 5\r\n", b"Content-Length: 0\r\n",
          b"Content-Length:\r\n", b"Content_Length: 5\r\n", b"Host: a\r\n", b"Host: b\r\n", b"Connection: close\r\n", b"Connection: upgrade\r\nUpgrade: x\r\n", b" X: y\r\n",
          b"0\r\n\r\n", b"5\r\nhello\r\n", b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b"; a=b", b";a", b"Expect: 100-continue\r\n", b"hello"]


def mutated(rng, stream):
    at = rng.randrange(len(stream) + 1)
    kind = rng.randrange(6)
    if kind == 0:
        return stream[:at] + rng.choice(PIECES) + stream[at:]
    if kind == 1:
        return stream[:at] + stream[at + rng.choice((1, 1, 1, 2, 4)):]
    if kind == 2:
        return stream[:at] + rng.choice(PIECES) + stream[at + 1:]
    if kind == 3:
        return stream[:at] + bytes([rng.randrange(256)]) + stream[at + 1:]
    lines = stream.split(b"\r\n")
    i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
    if kind == 4:
        lines.insert(i, lines[j])
    else:
        lines[i], lines[j] = lines[j], lines[i]
    return b"\r\n".join(lines)


def mutations_of_the_table():
    rng = random.Random(SEED)
    rows = [case for case in table() if len(case[4]) < 2000]
    good, every = [case[4] for case in rows if case[1] == 200], [case[4] for case in rows]
    streams = []
    while len(streams) < VARIANTS:
        stream = b"".join(rng.choice(good) for _ in range(rng.choice((1, 1, 2, 3)))) if rng.random() < 0.8 else rng.choice(every) + rng.choice(good)
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
            stream = mutated(rng, stream)
        streams.append(stream)
    compare("mutations", streams)


# -- Requests from odd parts --

METHODS = [b"GET", b"POST", b"PUT", b"DELETE", b"OPTIONS", b"HEAD", b"PATCH", b"get", b"M-SEARCH", b"CONNECT"]
TARGETS = [b"/", b"/a?b=c", b"//x", b"/%41", b"*", b"http://a/", b"http://a", b"https://a:443/x?y", b"/a;b", b"/\\", b"/?\\", b"/a#b", b"a:80", b"/[x]", b"/?{}|^`", b"/\x80", b"/\t"]
LINES = [b"Host: a", b"host:a", b"Host : a", b"Host: a:80", b"X: y", b"X:", b"X:  y  ", b"X:\ty\t", b"X: a\tb", b"X: \x80", b"X: a\x0bb", b"X: a\0b", b"X\t: y", b" X: y", b"X y: z",
         b"Content-Length: 5", b"content-length:5", b"Content-Length: 05", b"Content-Length: +5", b"Content-Length: 5 ", b"Content-Length: 5,5", b"Content-Length: 0",
         b"Content-Length: 5;", b"Content-Length: 0x5", b"Content-Length: 99999999999999999999", b"Content-Length : 5", b"Content-Length\0: 5",
         b"Transfer-Encoding: chunked", b"transfer-encoding: Chunked", b"Transfer-Encoding:\tchunked ", b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding: identity",
         b"Transfer-Encoding: identity, chunked", b"Transfer-Encoding: gzip, chunked", b"Transfer-Encoding: xchunked", b"Transfer-Encoding: chunked;a", b"Transfer-Encoding: ,chunked",
         b"Transfer-Encoding: chunked,", b"Transfer-Encoding : chunked", b"Transfer-Encoding:\x0bchunked", b"Transfer-Encoding: \"chunked\"", b"Transfer-Encoding:", b"Transfer_Encoding: chunked",
         b"Connection: close", b"Connection: keep-alive", b"Connection: keep-alive, close", b"Connection: Upgrade", b"Upgrade: websocket", b"Upgrade: h2c",
         b"Expect: 100-continue", b"Expect: x", b"Trailer: X", b"TE: trailers", b"Cookie: a=b; c=d", b"X: " + b"z" * 300]
ENDS = [b"\r\n"] * 12 + [b"\n", b"\r", b"\r\r\n", b"\n\n"]
SIZES = [b"5", b"5", b"5", b"5", b"05", b"5;a=b", b"5;", b"5 ", b" 5", b"+5", b"0x5", b"5;a=\"b;c\"", b"5 ;a", b"5\t", b"4", b"6", b"A", b"000000005", b"5;\x80", b"5;\t"]
LASTS = [b"0\r\n\r\n"] * 6 + [b"00\r\n\r\n", b"0\r\nX: y\r\n\r\n", b"0\r\nContent-Length: 3\r\n\r\n", b"0;a\r\n\r\n", b"0\n\n", b"0\r\n X: y\r\n\r\n", b"0\r\nX\r\n\r\n", b"0\r\n\n", b"0\r\n\r"]


def put_together(rng):
    odd = rng.random() < 0.5
    end = (lambda: rng.choice(ENDS)) if odd and rng.random() < 0.3 else (lambda: b"\r\n")
    method, target = (rng.choice(METHODS), rng.choice(TARGETS)) if odd else (rng.choice(METHODS[:3]), b"/")
    version = rng.choice((b"HTTP/1.1",) * 8 + (b"HTTP/1.0", b"HTTP/1.2"))
    lines = [b"Host: a"] if rng.random() < 0.9 else []
    lines += [rng.choice(LINES) for _ in range(rng.choice((0, 1, 1, 2, 3)))]
    body = b""
    kind = rng.randrange(4)
    if kind == 1:
        lines.append(b"Content-Length: 5")
        body = b"hello"
    elif kind == 2:
        lines.append(b"Transfer-Encoding: chunked")
        body = b"".join((rng.choice(SIZES) if odd else b"5") + end() + b"hello" + end() for _ in range(rng.choice((0, 1, 2)))) + (rng.choice(LASTS) if odd else b"0\r\n\r\n")
    elif kind == 3:
        body = rng.choice((b"hello", b"0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n"))
    rng.shuffle(lines)
    space = rng.choice((b" ",) * 15 + (b"  ", b"\t"))
    return method + space + target + b" " + version + end() + b"".join(line + end() for line in lines) + end() + body


def requests_from_odd_parts():
    rng = random.Random(SEED + 1)
    compare("parts", [b"".join(put_together(rng) for _ in range(rng.choice((1, 1, 2)))) for _ in range(VARIANTS)])


runner.main("test_http1_differential", [self_test, the_table, mutations_of_the_table, requests_from_odd_parts])
