// The parser of node (llhttp), strict, as a filter: streams of requests in, what the server saw out.
//
// Input as of http1_driver.c. Output: one line of JSON for each stream, {"messages": [[method, target, [name, value, ..], body] in hex, ..], "error": code or null};
// a message whose body did not end is left out. The stream is handed to the server as a connection, so that nothing but node stands between.
'use strict';
const http = require('http');
const { Duplex } = require('stream');

const hex = (text) => Buffer.from(text, 'latin1').toString('hex');

function play(bytes) {
  return new Promise((resolve) => {
    const seen = [];
    let error = null;
    const connection = new Duplex({ read() {}, write(chunk, encoding, done) { done(); } });
    for (const name of ['setTimeout', 'setNoDelay', 'setKeepAlive', 'ref', 'unref']) connection[name] = () => connection;
    const server = http.createServer({ insecureHTTPParser: false, maxHeaderSize: 32768, keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
    server.maxHeadersCount = 0;
    const take = (request, response) => {
      const one = { head: [hex(request.method), hex(request.url), request.rawHeaders.map(hex)], body: [], ended: false };
      seen.push(one);
      request.on('data', (chunk) => one.body.push(chunk));
      request.on('end', () => { one.ended = request.complete; });
      request.on('error', () => {});
      if (response) response.on('error', () => {});
      if (response) response.end();
    };
    server.on('request', take);
    server.on('checkContinue', take);
    server.on('checkExpectation', take);
    server.on('connect', (request, socket) => { seen.push({ head: [hex(request.method), hex(request.url), request.rawHeaders.map(hex)], body: [], ended: true }); socket.destroy(); });
    server.on('clientError', (failure) => { error = error || failure.code || String(failure); connection.destroy(); });
    connection.on('error', () => {});
    server.emit('connection', connection);
    connection.push(bytes);
    setImmediate(() => setImmediate(() => {
      connection.push(null);
      setImmediate(() => setImmediate(() => {
        connection.destroy();
        resolve({ messages: seen.filter((m) => m.ended).map((m) => [...m.head, Buffer.concat(m.body).toString('hex')]), error });
      }));
    }));
  });
}

async function main() {
  const parts = [];
  for await (const chunk of process.stdin) parts.push(chunk);
  const input = Buffer.concat(parts);
  let lines = [];
  for (let off = 0; off < input.length;) {
    const len = input.readUInt32BE(off);
    lines.push(JSON.stringify(await play(input.subarray(off + 4, off + 4 + len))));
    off += 4 + len;
    if (lines.length === 500) { process.stdout.write(lines.join('\n') + '\n'); lines = []; }
  }
  process.stdout.write(lines.map((line) => line + '\n').join(''));
}

main();
