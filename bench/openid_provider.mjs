// The peer of `bin/bench api`: npm's oidc-provider, with its rows in PostgreSQL.
// node openid_provider.mjs PORT SOCKET_FOLDER COUNT. Prints one line: refresh tokens of as many sign-ins, and an access token.
import Provider from 'oidc-provider';
import pg from 'pg';
import { generateKeyPairSync } from 'node:crypto';

const [port, host, count] = process.argv.slice(2);
const pool = new pg.Pool({ host, user: 'mago', database: 'postgres', max: 8 });
const query = (name, text, values) => pool.query({ name, text, values });

await pool.query(`CREATE UNLOGGED TABLE IF NOT EXISTS nothing (id int)`);
await pool.query(`
  CREATE TABLE oidc (id text, kind text, payload jsonb, grant_id text, uid text, consumed bigint, expires_at timestamptz,
                     PRIMARY KEY (kind, id))`);
await pool.query('CREATE INDEX oidc_grant ON oidc (grant_id) WHERE grant_id IS NOT NULL');

class Rows {
  constructor(kind) { this.kind = kind; }
  async upsert(id, payload, seconds) {
    await query(
      'upsert',
      `INSERT INTO oidc (id, kind, payload, grant_id, uid, expires_at) VALUES ($1, $2, $3, $4, $5, now() + $6 * interval '1 second')
       ON CONFLICT (kind, id) DO UPDATE SET payload = excluded.payload, expires_at = excluded.expires_at`,
      [id, this.kind, payload, payload.grantId ?? null, payload.uid ?? null, seconds ?? 3600],
    );
  }
  async find(id) {
    const { rows } = await query('find', 'SELECT payload, consumed FROM oidc WHERE kind = $1 AND id = $2 AND expires_at > now()', [this.kind, id]);
    if (!rows.length) return undefined;
    return rows[0].consumed ? { ...rows[0].payload, consumed: Number(rows[0].consumed) } : rows[0].payload;
  }
  async findByUid(uid) {
    const { rows } = await query('uid', 'SELECT payload FROM oidc WHERE kind = $1 AND uid = $2', [this.kind, uid]);
    return rows[0]?.payload;
  }
  async findByUserCode() { return undefined; }
  async consume(id) {
    await query('consume', 'UPDATE oidc SET consumed = extract(epoch FROM now()) WHERE kind = $1 AND id = $2', [this.kind, id]);
  }
  async destroy(id) { await query('destroy', 'DELETE FROM oidc WHERE kind = $1 AND id = $2', [this.kind, id]); }
  async revokeByGrantId(id) { await query('revoke', 'DELETE FROM oidc WHERE grant_id = $1', [id]); }
}

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const issuer = `http://127.0.0.1:${port}`;
const provider = new Provider(issuer, {
  adapter: Rows,
  clients: [{
    client_id: 'bench',
    client_secret: 'a-secret-of-two-programs-on-one-machine',
    redirect_uris: ['http://127.0.0.1:1/back'],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    response_types: ['code'],
    id_token_signed_response_alg: 'ES256',
  }],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'one' }] },
  scopes: ['openid', 'email', 'offline_access', 'orders:read'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: true }) }),
  rotateRefreshToken: true,
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
  },
  ttl: { AccessToken: 600, ClientCredentials: 600, IdToken: 600, RefreshToken: 1209600, Grant: 7776000, Session: 3600, Interaction: 600 },
  cookies: { keys: ['on-loopback-only'] },
});

async function signedIn(accountId) {
  const client = await provider.Client.find('bench');
  const grant = new provider.Grant({ accountId, clientId: 'bench' });
  grant.addOIDCScope('openid email offline_access');
  const grantId = await grant.save();
  const common = { accountId, client, grantId, scope: 'openid email offline_access', gty: 'authorization_code', authTime: Math.floor(Date.now() / 1000) };
  const access = await new provider.AccessToken(common).save();
  return [await new provider.RefreshToken(common).save(), access];
}

const made = [];
for (let number = 0; number < Number(count); number += 1) made.push(await signedIn(`person-${number}`));
provider.listen(Number(port), '127.0.0.1', () => {
  console.log(JSON.stringify({ refresh: made.map(([token]) => token), access: made[0][1] }));
});
