// An OpenID provider on loopback that others wrote: npm's oidc-provider, with its own pages for development.
// node openid_provider.mjs PORT CALLBACK. Whoever types a name is that person; "unproved-…" has an address that nobody proved.
import Provider from 'oidc-provider';

const [port, callback] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;

const claimsOf = (name) => ({
  sub: name,
  name,
  email: `${name}@peer.example.com`,
  email_verified: !name.startsWith('unproved-'),
});

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'mago',
      client_secret: 'a-secret-of-two-programs-on-one-machine',
      redirect_uris: [callback],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  pkce: { required: () => true },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  findAccount: (context, name) => ({ accountId: name, claims: () => claimsOf(name) }),
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ['on-loopback-only'] },
});

provider.listen(Number(port), '127.0.0.1', () => console.log('listening'));
