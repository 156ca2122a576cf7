/** The limits that the contract gives as defaults. */

import type { Limits } from '../../src/settings/settings.js';

export const limits: Limits = {
  engineCall: 10_000,
  enginePing: 10_000,
  pullStall: 120_000,
  pulls: 2,
  pullMin: 10_000,
  pullMax: 300_000,
  pullRecheck: 3_600_000,
  pullSpread: 5_000,
  storeCall: 5_000,
  storeRelist: 300_000,
};
