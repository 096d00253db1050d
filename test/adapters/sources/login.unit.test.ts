import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createLogin, type Login } from '../../../adapters/sources/login.js';

const hashed = (name: string, text: string): string => createHash(name).update(text).digest('hex');
const field = (header: string, name: string): string => new RegExp(`[ ,]${name}="?([^",]*)`).exec(header)?.[1] ?? '';

function loginAt(address: string, ...challenges: string[]): Login {
  const login = createLogin(new URL(address));
  assert.ok(login);
  assert.equal(login.isAnswering(challenges), true);
  return login;
}

const REQUEST = { method: 'DESCRIBE', uri: 'rtsp://cam/1' };
const answer = (...challenges: string[]): string =>
  loginAt('rtsp://ann:p%40w@cam', ...challenges).answer(REQUEST) ?? '';

describe('a login at a source', () => {
  it('is none where the address has none', () => assert.equal(createLogin(new URL('rtsp://cam/1')), undefined));

  it('says nothing before it is asked', () => {
    assert.equal(createLogin(new URL('rtsp://ann:pw@cam'))?.answer(REQUEST), undefined);
  });

  it('answers by name and password, percent-decoded', () => {
    assert.equal(answer('Basic realm="camera"'), `Basic ${Buffer.from('ann:p@w').toString('base64')}`);
  });

  for (const algorithm of ['MD5', 'SHA-256', undefined]) {
    const hash = algorithm === 'SHA-256' ? 'sha256' : 'md5';
    const secret = hashed(hash, 'ann:camera:p@w');
    const asked = hashed(hash, 'DESCRIBE:rtsp://cam/1');
    const named = algorithm === undefined ? '' : `, algorithm=${algorithm}`;

    it(`answers by a digest of ${algorithm ?? 'no name'}`, () => {
      const header = answer(`Digest realm="camera", nonce="n1"${named}`);
      assert.equal(field(header, 'response'), hashed(hash, `${secret}:n1:${asked}`));
    });

    it(`answers by a digest of ${algorithm ?? 'no name'} that counts`, () => {
      const header = answer(`Digest realm="camera", nonce="n1", qop="auth-int,auth"${named}`);
      const cnonce = field(header, 'cnonce');
      assert.equal(field(header, 'response'), hashed(hash, `${secret}:n1:00000001:${cnonce}:auth:${asked}`));
    });
  }

  it('answers by a digest of a session', () => {
    const header = answer('Digest realm="camera",nonce="n1",qop=auth,algorithm=MD5-sess');
    const cnonce = field(header, 'cnonce');
    const session = hashed('md5', `${hashed('md5', 'ann:camera:p@w')}:n1:${cnonce}`);
    const expected = hashed('md5', `${session}:n1:00000001:${cnonce}:auth:${hashed('md5', 'DESCRIBE:rtsp://cam/1')}`);
    assert.equal(field(header, 'response'), expected);
  });

  it('counts its answers to one challenge', () => {
    const login = loginAt('rtsp://ann:pw@cam', 'Digest realm="c", nonce="n", qop="auth"');
    login.answer(REQUEST);
    assert.equal(field(login.answer(REQUEST) ?? '', 'nc'), '00000002');
  });

  it('gives back what is opaque to it', () => {
    assert.equal(field(answer('Digest realm="c", nonce="n", opaque="x=y"'), 'opaque'), 'x=y');
  });

  for (const [what, challenges] of [
    ['two headers', ['Basic realm="c"', 'Digest realm="c", nonce="n"']],
    ['one header', ['Basic realm="c", Digest realm="c", nonce="n"']],
    ['the other order', ['Digest realm="c", nonce="n", Basic realm="c"']],
  ] as const)
    it(`prefers the digest in ${what}`, () => assert.match(answer(...challenges), /^Digest /));

  it('prefers the better digest', () => {
    const [md5, sha256] = ['Digest realm="c", nonce="n"', 'Digest realm="c", nonce="n", algorithm=SHA-256'];
    assert.equal(field(answer(md5, sha256), 'algorithm'), 'SHA-256');
  });

  for (const challenge of ['', 'Negotiate', 'Digest realm="c", algorithm=SHA-1', 'Digest realm="c", qop="auth-int"'])
    it(`has no answer to: ${challenge}`, () => {
      assert.equal(createLogin(new URL('rtsp://a:b@cam'))?.isAnswering([challenge]), false);
    });
});
