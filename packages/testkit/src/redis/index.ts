export { describeRedis, startRedis } from './redis-server.ts';
