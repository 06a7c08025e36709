import { connectSdkV1, connectSdkV2 } from '@mcp-whoami/testkit/clients';

/** Signs in as Ada at a running server with the embedded identity provider, with both SDKs, and says who that is. */
const [url = 'http://localhost:3001/mcp'] = process.argv.slice(2);

for (const connect of [connectSdkV1, connectSdkV2]) {
  await using client = await connect(url, { user: { sub: 'Ada Lovelace' } });
  const { sub, name } = await client.callWhoami();
  if (sub !== 'dev-ada') throw new Error(`signed in as ${sub}`);
  process.stdout.write(`signed in at ${url} as ${sub}, ${name}\n`);
}
