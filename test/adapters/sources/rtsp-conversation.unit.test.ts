import assert from 'node:assert/strict';
import { createLogin } from '../../../adapters/sources/login.js';
import { createRtspConversation, toldIn } from '../../../adapters/sources/rtsp-conversation.js';
import { createSealedNames } from '../../../adapters/sources/sealed-names.js';

const TOLD = 'rtsp://127.0.0.1:4711/6135';
const MEANT = 'rtsp://cam.example:554/ch?key=secret';

/** Messages are texts with plain ends of lines here. */
const lines = (text: string): string => text.replaceAll('\r\n', '\n');

function talk(login = '') {
  const names = createSealedNames();
  const sent: string[] = [];
  const conversation = createRtspConversation({
    told: TOLD,
    names,
    login: createLogin(new URL(`rtsp://${login}cam.example`)),
    send: (bytes) => sent.push(lines(bytes.toString('latin1'))),
    onRedirect: () => assert.fail('nothing redirects'),
  });
  return {
    sent,
    told: (address: string) => toldIn(TOLD, { address, names }),
    ask: (text: string) => lines(conversation.toSource(Buffer.from(text)).toString('latin1')),
    answer: (text: string) => lines(conversation.toPlayer(Buffer.from(text)).toString('latin1')),
  };
}

describe('a conversation over RTSP', () => {
  it('asks the server for its own name', () => {
    const { ask, told } = talk();
    assert.equal(ask(`OPTIONS ${told(MEANT)} RTSP/1.0\nCSeq: 7\n\n`), `OPTIONS ${MEANT} RTSP/1.0\nCSeq: 1\n\n`);
  });

  it('tells ffmpeg nothing of that name', () => {
    assert.match(talk().told(MEANT), /^rtsp:\/\/127\.0\.0\.1:4711\/6135\/[\w-]+$/);
  });

  it('asks for a track as ffmpeg has put it together', () => {
    const { ask, told } = talk();
    assert.match(
      ask(`SETUP ${told(MEANT)}/track1 RTSP/1.0\nCSeq: 2\n\n`),
      /^SETUP rtsp:\/\/cam\.example:554\/ch\?key=secret\/track1 /,
    );
  });

  it('gives each answer the number that ffmpeg asked under', () => {
    const { ask, answer, told } = talk();
    ask(`OPTIONS ${told(MEANT)} RTSP/1.0\nCSeq: 7\n\n`);
    assert.equal(answer('RTSP/1.0 200 OK\nCSeq: 1\n\n'), 'RTSP/1.0 200 OK\nCSeq: 7\n\n');
  });

  for (const base of ['rtsp://cam.example/ch/', 'rtsp://10.0.0.7:8554/other//', MEANT])
    it(`tells ffmpeg a name for the base ${base}`, () => {
      const { answer, told } = talk();
      const heard = answer(`RTSP/1.0 200 OK\nContent-Base: ${base}\n\n`);
      assert.equal(heard, `RTSP/1.0 200 OK\nContent-Base: ${told(base)}\n\n`);
      assert.match(heard, /\/6135\/[\w-]+\/*\n/);
    });

  it('tells ffmpeg names for tracks that a description names as a whole', () => {
    const { answer, told } = talk();
    const body = (url: string): string => `v=0\r\na=control:*\r\nm=video 0\r\na=control:${url}\r\n`;
    const describedAs = (url: string): string =>
      `RTSP/1.0 200 OK\nContent-Type: application/sdp\nContent-Length: ${body(url).length}\n\n${lines(body(url))}`;
    const [said] = [
      `RTSP/1.0 200 OK\nContent-Type: application/sdp\nContent-Length: ${body(MEANT).length}\n\n${body(MEANT)}`,
    ];
    assert.equal(answer(said ?? ''), describedAs(told(MEANT)));
  });

  it('knows tracks again in what is played', () => {
    const { ask, answer, told } = talk();
    ask(`SETUP ${told('rtsp://cam.example/ch/')}track1 RTSP/1.0\nCSeq: 1\n\n`);
    const heard = answer('RTSP/1.0 200 OK\nRTP-Info: url=rtsp://cam.example/ch/track1;seq=1\n\n');
    assert.match(heard, /^RTP-Info: url=rtsp:\/\/127\.0\.0\.1:4711\/6135\/[\w-]+\/track1;seq=1$/m);
  });

  it('passes on what the server asks, and the answer', () => {
    const { ask, answer } = talk();
    const [question, reply] = ['OPTIONS * RTSP/1.0\nCSeq: 99\n\n', 'RTSP/1.0 200 OK\nCSeq: 99\n\n'];
    assert.equal(answer(question), question);
    assert.equal(ask(reply), reply);
  });

  describe('with a login', () => {
    const UNAUTHORIZED = 'RTSP/1.0 401 Unauthorized\nCSeq: 1\nWWW-Authenticate: Digest realm="c", nonce="n"\n\n';

    it('answers what the server asks for, under a number of its own', () => {
      const { ask, answer, told, sent } = talk('ann:pw@');
      ask(`DESCRIBE ${told(MEANT)} RTSP/1.0\nCSeq: 5\nAccept: application/sdp\n\n`);
      assert.equal(answer(UNAUTHORIZED), '');
      assert.match(
        sent[0] ?? '',
        /^DESCRIBE rtsp:\/\/cam\.example:554\S+ RTSP\/1\.0\nCSeq: 2\nAccept: \S+\nAuthorization: Digest .*\n\n$/,
      );
      assert.equal(answer('RTSP/1.0 200 OK\nCSeq: 2\n\n'), 'RTSP/1.0 200 OK\nCSeq: 5\n\n');
    });

    it('logs in without being asked from then on', () => {
      const { ask, answer, told } = talk('ann:pw@');
      ask(`DESCRIBE ${told(MEANT)} RTSP/1.0\nCSeq: 1\n\n`);
      answer(UNAUTHORIZED);
      assert.match(ask(`SETUP ${told(MEANT)}/1 RTSP/1.0\nCSeq: 2\n\n`), /\nCSeq: 3\nAuthorization: Digest /);
    });

    it('tells ffmpeg where it is refused', () => {
      const { ask, answer, told } = talk('ann:pw@');
      ask(`DESCRIBE ${told(MEANT)} RTSP/1.0\nCSeq: 1\n\n`);
      answer(UNAUTHORIZED);
      assert.equal(answer(UNAUTHORIZED.replace('CSeq: 1', 'CSeq: 2')), 'RTSP/1.0 401 Unauthorized\nCSeq: 1\n\n');
    });
  });

  it('tells ffmpeg where a login is asked for and there is none', () => {
    const { ask, answer, told } = talk();
    ask(`DESCRIBE ${told(MEANT)} RTSP/1.0\nCSeq: 1\n\n`);
    const heard = answer('RTSP/1.0 401 Unauthorized\nCSeq: 1\nWWW-Authenticate: Basic realm="c"\n\n');
    assert.equal(heard, 'RTSP/1.0 401 Unauthorized\nCSeq: 1\n\n');
  });
});
