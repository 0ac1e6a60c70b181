// An application that others wrote the protocol of: npm's openid-client, certified by the OpenID Foundation.
// node openid_client.mjs '{"issuer", "client_id", "client_secret" or "private_jwk", "redirect_uri"}'
// Prints a line of JSON for each step; where a browser has to go, the line says so ("go"), and the next line of
// standard input is the address at which the browser has arrived.
import { createInterface } from 'node:readline';
import { webcrypto } from 'node:crypto';
import * as client from 'openid-client';

const told = JSON.parse(process.argv[2]);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (step) => console.log(JSON.stringify(step));

async function key(jwk) {
  const imported = await webcrypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  return { key: imported, kid: jwk.kid };
}

async function proof() {
  if (told.private_jwk) return client.PrivateKeyJwt(await key(told.private_jwk));
  return told.client_secret ? client.ClientSecretBasic(told.client_secret) : client.None();
}

const config = await client.discovery(new URL(told.issuer), told.client_id, told.metadata ?? {}, await proof(), {
  execute: [client.allowInsecureRequests], // On loopback.
});

async function signIn() {
  const verifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: told.redirect_uri,
    scope: 'openid profile email offline_access',
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    max_age: '600',
  });
  say({ go: url.href });
  const arrived = new URL((await lines.next()).value);
  const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, maxAge: 600 };
  return client.authorizationCodeGrant(config, arrived, { ...checks, idTokenExpected: true });
}

async function onDevice() {
  const asked = await client.initiateDeviceAuthorization(config, { scope: 'openid email' });
  say({ go: asked.verification_uri, code: asked.user_code });
  await lines.next();
  const pair = await client.pollDeviceAuthorizationGrant(config, { ...asked, interval: 1 });
  say({ device: pair.claims().sub });
}

try {
  const pair = await signIn();
  const { sub } = pair.claims();
  say({ claims: pair.claims(), userinfo: await client.fetchUserInfo(config, pair.access_token, sub) });
  const newer = await client.refreshTokenGrant(config, pair.refresh_token);
  say({ refreshed: newer.claims().sub, rotated: newer.refresh_token !== pair.refresh_token });
  if (told.client_secret || told.private_jwk) {
    const before = await client.tokenIntrospection(config, newer.access_token);
    await client.tokenRevocation(config, newer.refresh_token);
    const after = await client.tokenIntrospection(config, newer.access_token);
    say({ active: [before.active, after.active] });
    const own = await client.clientCredentialsGrant(config, { scope: 'orders:read' });
    say({ own: own.scope });
  }
  if (told.device) await onDevice();
  say({ leave: client.buildEndSessionUrl(config, { id_token_hint: pair.id_token }).href });
} catch (error) {
  say({ failed: `${error.code ?? error.name}: ${error.message} ${error.cause ? JSON.stringify(error.cause) : ''}` });
}
process.exit(0);
