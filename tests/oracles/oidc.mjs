// oidc-provider on a loopback port of its own: a strict authorization server.
//
// PKCE with S256 or nothing; refresh tokens rotate, and one used twice ends its family;
// revocation, introspection, `iss` in the answer. `?deny=SCOPE` is a person who did not
// tick that box. From the environment: REDIRECT_URIS (comma-separated), CLIENT_ID,
// CLIENT_SECRET, SCOPES (space-separated), ACCESS_SECONDS, REFRESH_SECONDS,
// CODE_SECONDS; ISSUER, what it says it is, and PATHS (JSON), where its endpoints are.
import http from 'node:http'
import Provider from 'oidc-provider'

const env = process.env
const scopes = (env.SCOPES ?? 'calendar.read calendar.write mail.send').split(' ')
const seconds = (name, usual) => Number(env[name] ?? usual)

const server = http.createServer()
server.listen(0, '127.0.0.1', () => {
  const here = `http://127.0.0.1:${server.address().port}`
  const provider = new Provider(env.ISSUER ?? here, {
    routes: JSON.parse(env.PATHS ?? '{}'),
    clients: [{
      client_id: env.CLIENT_ID ?? 'demo',
      client_secret: env.CLIENT_SECRET ?? 'demo-secret',
      redirect_uris: (env.REDIRECT_URIS ?? 'http://127.0.0.1/callback').split(','),
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'client_secret_post'
    }],
    cookies: { keys: ['of this process alone'] },
    scopes: ['openid', 'email', 'offline_access', ...scopes],
    // As Google does: who it is stands in the id token.
    conformIdTokenClaims: false,
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    extraParams: ['deny'],
    features: { revocation: { enabled: true }, introspection: { enabled: true } },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    revokeGrantPolicy: () => true,
    ttl: {
      AccessToken: seconds('ACCESS_SECONDS', 3600),
      RefreshToken: seconds('REFRESH_SECONDS', 86400),
      AuthorizationCode: seconds('CODE_SECONDS', 60),
      Grant: 86400,
      IdToken: 3600,
      Interaction: 600,
      Session: 86400
    },
    async findAccount (_, sub) {
      const claims = { sub, email: `${sub}@example.com`, email_verified: true }
      return { accountId: sub, claims: async () => claims }
    },
    async loadExistingGrant (ctx) {
      const { client, params, session } = ctx.oidc
      const grant = new provider.Grant({
        clientId: client.clientId, accountId: session.accountId
      })
      const denied = (params.deny ?? '').split(' ')
      const asked = (params.scope ?? '').split(' ')
      grant.addOIDCScope(asked.filter(each => !denied.includes(each)).join(' '))
      grant.rejectOIDCScope(asked.filter(each => denied.includes(each)).join(' '))
      await grant.save()
      return grant
    }
  })
  server.on('request', provider.callback())
  console.log(`ready ${here}`)
})
