import { type Static, Type } from 'typebox'

/** How text messages go out: JSON over HTTPS, to the gateway of an operator or of one's own. */
export const MessageGatewaySchema = Type.Object(
  {
    /** Plain HTTP only to this machine. */
    url: Type.String({
      pattern: '^(https://[^\\s]+|http://(localhost|127\\.0\\.0\\.1)(:\\d+)?(/[^\\s]*)?)$',
    }),
    /** What is sent; {{id}} {{mobile}} {{text}} {{code}} {{minutes}} are filled in inside its strings. */
    body: Type.Record(Type.String(), Type.Unknown(), {
      default: { id: '{{id}}', mobile: '{{mobile}}', text: '{{text}}' },
    }),
    headers: Type.Record(Type.String(), Type.String(), { default: {} }),
    /** How the call shows that it is ours, by the secret in `secretFile`. */
    authentication: Type.Union(
      [Type.Literal('none'), Type.Literal('bearer'), Type.Literal('hmac-sha256')],
      { default: 'none' },
    ),
    secretFile: Type.Optional(Type.String({ minLength: 1 })),
    /** For gateways that refuse with status 200: the member of the answer that must equal this. */
    accepted: Type.Optional(
      Type.Object(
        {
          member: Type.String({ minLength: 1 }),
          equals: Type.Union([Type.String(), Type.Number(), Type.Boolean()]),
        },
        { additionalProperties: false },
      ),
    ),
    timeoutMs: Type.Integer({ minimum: 100, maximum: 60_000, default: 10_000 }),
    attempts: Type.Integer({ minimum: 1, maximum: 20, default: 6 }),
  },
  {
    additionalProperties: false,
    description:
      '短信网关，见 text-messages.md；不设则为试用短信箱 How text messages go out (text-messages.md); the variable names a JSON file. Without it they wait in the trial outbox.',
  },
)
export type MessageGateway = Static<typeof MessageGatewaySchema>

/** What the schema cannot say, without the values: an address may carry a password. */
export function gatewayFault(gateway: MessageGateway): string | undefined {
  const { url, authentication, secretFile } = gateway
  if ((authentication !== 'none') !== (secretFile !== undefined))
    return 'messageGateway: authentication other than "none" and secretFile are given together'
  const address = URL.parse(url)
  if (!address) return 'messageGateway: url is not an address url 不是有效地址'
  // fetch refuses such an address: every message would be tried, and given up.
  if (address.username !== '' || address.password !== '')
    return 'messageGateway: url must not contain a user or password; give them as a header (Authorization: Basic …) or by secretFile url 中不得含用户名或密码，请改用请求头或 secretFile'
  return undefined
}
