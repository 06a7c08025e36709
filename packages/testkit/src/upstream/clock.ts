/** What a stand-in measures the lifetimes of its codes and tokens with; ID tokens carry the real time. */
export type Clock = {
  /** ms since the epoch. */
  now: () => number;
  /** Lets so many ms pass. */
  advance: (ms: number) => void;
};

export const createClock = (): Clock => {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    advance: (ms) => {
      ahead += ms;
    },
  };
};
