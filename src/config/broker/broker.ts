import * as z from 'zod';
import { otherwise } from '../fields.js';
import type { BrokerConfig } from './config.js';
import { completeConnector, connector, jmx, log } from './connectors.js';
import { flag } from './fields.js';
import { refuseLoops } from './forwards.js';
import { policy } from './policies.js';
import { completePolicy } from './policy-entry.js';
import { completeStoreSettings, storeSettings } from './store-settings.js';
import {
  completeVirtualDestination,
  compositeOf,
  virtualDestination,
  withDefault,
} from './virtual-destinations.js';

const MOST = 500;

const listOf = <T extends z.ZodType>(entry: T, what: string) =>
  z
    .array(
      entry,
      otherwise((got) => `expected a list of ${what}, got ${got}`),
    )
    .max(MOST, { error: `at most ${MOST}` })
    .default([]);

/** `broker` of mqha.yaml: what a person wants otherwise in activemq.xml. Nothing of it is needed. */
export const broker = z.strictObject({
  policies: listOf(policy, 'policies'),
  virtualDestinations: listOf(virtualDestination, 'virtual destinations').superRefine(
    (entries, context) => {
      refuseLoops(
        entries.flatMap((entry) => compositeOf(entry) ?? []),
        context,
      );
    },
  ),
  store: storeSettings.default({}),
  connectors: listOf(connector, 'connectors'),
  jmx,
  log: log.default({}),
  scheduler: flag.default(false),
});

export function completeBroker(file: z.infer<typeof broker>): BrokerConfig {
  return {
    policies: file.policies.map(completePolicy),
    virtualDestinations: withDefault(file.virtualDestinations.map(completeVirtualDestination)),
    store: completeStoreSettings(file.store),
    connectors: file.connectors.map(completeConnector),
    log: file.log,
    scheduler: file.scheduler,
    jmx: file.jmx,
  };
}
