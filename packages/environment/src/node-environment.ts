import { z } from 'zod';
import { setting } from './setting.ts';

/** The values of `NODE_ENV`. */
const nodeEnvironments = ['production', 'development', 'test'] as const;

/**
 * The variable that says whether the server runs in production, where what is unsafe is refused; elsewhere it is
 * warned about. `Production` or `prod` would open every such gate without a word, so only the exact values are taken.
 */
export const nodeEnvironment = {
  nodeEnv: setting(
    z.enum(nodeEnvironments, { error: `exactly one of ${nodeEnvironments.join(', ')}` }).optional(),
    {
      description:
        '`production`, `development` or `test`, exactly so. `production` refuses what is unsafe and only warned about otherwise: the `dev` provider, plain http to another machine, `PROVIDER=none` for others than this machine',
      example: 'production',
      exact: true,
    },
  ),
};
