export { type IsolationCase, testIsolation } from './isolation.ts';
export { type Outage, outages } from './outages.ts';
export { otherResource, ownResource, type ProviderCase, testProvider } from './test-provider.ts';
export {
  type AcceptedToken,
  type ConnectionUnderTest,
  type ProviderUnderTest,
  type Verdict,
  verdictOn,
} from './under-test.ts';
