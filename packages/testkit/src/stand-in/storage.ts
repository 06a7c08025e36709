import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

/**
 * Storage for one stand-in. oidc-provider's own memory adapter is one store for the whole process: a token of
 * one stand-in would be good at another.
 */
export const createStorage = (): AdapterFactory => {
  const stored = new Map<string, AdapterPayload>();

  const findBy = (model: string, matches: (payload: AdapterPayload) => boolean) => {
    for (const [key, payload] of stored) if (key.startsWith(`${model}:`) && matches(payload)) return payload;
    return undefined;
  };

  return (model): Adapter => ({
    upsert: async (id, payload) => void stored.set(`${model}:${id}`, payload),
    find: async (id) => stored.get(`${model}:${id}`),
    findByUid: async (uid) => findBy(model, (payload) => payload.uid === uid),
    findByUserCode: async (userCode) => findBy(model, (payload) => payload.userCode === userCode),
    consume: async (id) => {
      const payload = stored.get(`${model}:${id}`);
      if (payload) payload.consumed = Math.floor(Date.now() / 1000);
    },
    destroy: async (id) => void stored.delete(`${model}:${id}`),
    revokeByGrantId: async (grantId) => {
      for (const [key, payload] of stored) if (payload.grantId === grantId) stored.delete(key);
    },
  });
};
