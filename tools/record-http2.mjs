// The two ends of what tools/record-http2.sh records: `node tools/record-http2.mjs serve` and `… ask PART`, by Node's http2, ws and grpc-js.
import http from 'node:http';
import http2 from 'node:http2';
import grpc from '@grpc/grpc-js';
import { WebSocket, WebSocketServer } from 'ws';

const SERVER = '10.99.0.2';
const raw = {
  requestSerialize: (b) => b,
  requestDeserialize: (b) => b,
  responseSerialize: (b) => b,
  responseDeserialize: (b) => b,
};
const method = (path, requestStream, responseStream) => ({ path, requestStream, responseStream, ...raw });
const greeter = {
  sayHello: method('/demo.Greeter/SayHello', false, false),
  count: method('/demo.Greeter/Count', false, true),
  fail: method('/demo.Greeter/Fail', false, false),
};
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function serve() {
  const h2 = http2.createServer();
  h2.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const path = headers[':path'];
    if (path === '/big') {
      stream.respond({ ':status': 200, 'content-type': 'text/plain', 'set-cookie': ['a=1', 'b=2'] });
      stream.end('hello '.repeat(20_000));
    } else if (path === '/trailers') {
      stream.respond({ ':status': 200, 'content-type': 'application/json' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'x-check': 'sum' }));
      stream.end('{"a":1}');
    } else if (path === '/push') {
      stream.pushStream({ ':path': '/pushed.css' }, (_, pushed) => {
        pushed?.respond({ ':status': 200, 'content-type': 'text/css' });
        pushed?.end('a{}');
      });
      stream.respond({ ':status': 200, 'content-type': 'text/html' });
      stream.end('<p>');
    } else if (path === '/reset') stream.close(http2.constants.NGHTTP2_ENHANCE_YOUR_CALM);
    else if (path === '/goaway') {
      stream.respond({ ':status': 204 });
      stream.end();
      stream.session?.goaway(0, stream.id, Buffer.from('bye'));
    } else if (headers[':method'] === 'POST') {
      stream.resume();
      stream.on('end', () => {
        stream.respond({ ':status': 201 });
        stream.end();
      });
    } else {
      stream.respond({ ':status': 404 });
      stream.end('nothing here');
    }
  });
  h2.listen(8080, SERVER);

  const rpc = new grpc.Server();
  rpc.addService(greeter, {
    sayHello: (_call, done) => done(null, Buffer.concat([Buffer.from([10, 3]), Buffer.from('hi!')])),
    count: async (call) => {
      for (let i = 0; i < 3; i++) {
        call.write(Buffer.from([8, i]));
        await sleep(30);
      }
      call.end();
    },
    fail: (_call, done) => done({ code: grpc.status.NOT_FOUND, details: 'no such greeting: 100 %' }),
  });
  rpc.bindAsync(`${SERVER}:80`, grpc.ServerCredentials.createInsecure(), () => {});

  const web = http.createServer((_, response) => response.end('plain'));
  new WebSocketServer({ server: web, perMessageDeflate: false }).on('connection', (socket) => {
    socket.on('message', (data, isBinary) => {
      socket.send(data, { binary: isBinary });
      if (String(data) === 'large') socket.send('x'.repeat(70_000));
      if (String(data) === 'parts')
        for (const [i, part] of ['one ', 'two ', 'three'].entries()) socket.send(part, { fin: i === 2 });
    });
    socket.on('error', () => {});
  });
  web.listen(8000, SERVER);
}

function ask(session, headers, body) {
  return new Promise((done) => {
    const stream = session.request(headers, { endStream: body === undefined });
    stream.on('error', () => {});
    stream.on('close', done);
    stream.resume();
    if (body !== undefined) stream.end(body);
  });
}

async function askHttp2() {
  const session = http2.connect(`http://${SERVER}:8080`);
  session.on('stream', (pushed) => pushed.resume());
  session.on('error', () => {});
  await ask(session, { ':path': '/big', 'user-agent': 'recorder/1', 'x-token': 'a'.repeat(30) });
  await ask(session, { ':path': '/big', 'user-agent': 'recorder/1', 'x-token': 'a'.repeat(30) });
  await Promise.all([
    ask(session, { ':path': '/trailers', 'user-agent': 'recorder/1' }),
    ask(
      session,
      { ':path': '/none?q=1', ':method': 'POST', 'content-type': 'application/x-www-form-urlencoded' },
      'a=1&b=2',
    ),
    ask(session, { ':path': '/push', 'user-agent': 'recorder/1' }),
  ]);
  await ask(session, { ':path': '/reset', cookie: 'secret=1', authorization: 'Bearer x' });
  // Longer than a frame: HEADERS and CONTINUATION; and larger than the table, which empties it.
  await ask(session, { ':path': '/none', 'x-long': 'abc~{}|'.repeat(3000) });
  await ask(session, { ':path': '/none', 'user-agent': 'recorder/1', 'x-token': 'a'.repeat(30) });
  await new Promise((done) => session.ping(Buffer.from('12345678'), done));
  session.settings({ headerTableSize: 100, maxConcurrentStreams: 7 });
  await sleep(50);
  await ask(session, { ':path': '/none', 'user-agent': 'recorder/2' });
  session.setLocalWindowSize(1 << 20);
  await ask(session, { ':path': '/goaway' });
  await sleep(50);
  session.close();
}

async function askGrpc() {
  const Client = grpc.makeGenericClientConstructor(greeter, 'Greeter');
  const client = new Client(`${SERVER}:80`, grpc.credentials.createInsecure());
  await new Promise((done) => client.sayHello(Buffer.from([10, 2, 72, 105]), done));
  await new Promise((done) => client.sayHello(Buffer.from([10, 2, 72, 105]), done));
  await new Promise((done) => {
    const call = client.count(Buffer.alloc(0));
    call.on('data', () => {});
    call.on('end', done);
  });
  await new Promise((done) => client.fail(Buffer.from([10, 1, 88]), done));
  await new Promise((done) =>
    client.sayHello(Buffer.concat([Buffer.from([10, 0xbf, 0xb8, 2]), Buffer.alloc(39_999, 97)]), done),
  );
  client.close();
}

async function askWebSocket() {
  const socket = new WebSocket(`ws://${SERVER}:8000/chat`, ['one', 'two'], { perMessageDeflate: false });
  await new Promise((done) => socket.on('open', done));
  for (const data of ['hello', Buffer.from([0, 1, 2, 255]), 'large', 'ü€', 'x'.repeat(300), 'parts']) {
    socket.send(data);
    await sleep(60);
  }
  socket.ping('are you there');
  await sleep(60);
  socket.close(1001, 'going away');
  await sleep(100);
}

const part = { http2: askHttp2, grpc: askGrpc, websocket: askWebSocket }[process.argv[3]];
if (process.argv[2] === 'serve') serve();
else {
  await part?.();
  process.exit(0);
}
