/**
 * mqha as a library: everything a program needs to do what the command line does. Open a cluster
 * with `openCluster(directory, host)`, where `host` is `thisHost({ emit })`, and pass it to the use cases. When all is
 * done, `host.connections.close()` ends the session with ZooKeeper; it keeps no process alive.
 */
export { MqhaError, type Problem } from './lib/errors.js';
export { loadConfig, parseConfig } from './config/load.js';
export type { ClusterConfig, NodeConfig } from './config/schema.js';
export type { InitOptions } from './config/defaults.js';
export { openCluster, thisHost, type Cluster, type Host } from './state/cluster.js';
export type { ClusterEvent, Emit, NodePhase } from './state/progress.js';
export { freePorts } from './agents/local/ports.js';
export { findClusterDirectory } from './state/identity.js';
export { initCluster, type InitResult } from './operations/init.js';
export { checkRendered, prepareRuntime, render } from './operations/start/prepare.js';
export { startNodes, type StartOptions, type StartResult } from './operations/start/start.js';
export { bringUp, dryRun, up, type UpOptions } from './operations/up.js';
export { restartNodes, type RestartOptions, type RestartResult } from './operations/restart.js';
export {
  switchover,
  type SwitchoverOptions,
  type SwitchoverResult,
} from './operations/switchover.js';
export {
  finishScale,
  scaleCluster,
  type ScaleOptions,
  type ScaleResult,
} from './operations/scale/scale.js';
export { planScale, type DryRun } from './operations/scale/dry-run.js';
export type { ScalePlan } from './operations/scale/proposal.js';
export { supervise } from './supervisor/supervise.js';
export { downCluster, stopNodes, type Confirm, type Stopped } from './operations/stop.js';
export { examineFiles } from './doctor/examine-files.js';
export { examineMachine } from './doctor/examine-machine.js';
export type { Check, Examination } from './doctor/finding.js';
export { statusOf } from './observe/status-of.js';
export { killNodes, type KillResult } from './operations/kill.js';
export { destroyCluster, type DestroyResult } from './operations/destroy.js';
export { resolveNodes } from './operations/nodes.js';
export { clientSettings, type ClientSettings } from './clients/client-settings.js';
export { sendMessages, type SendOptions, type SendResult } from './messages/send.js';
export { consumeMessages, type ConsumeOptions, type ConsumeResult } from './messages/consume.js';
export { queuesOf, type Queues } from './messages/queues.js';
export { brokersOf, type Account, type Broker, type ClientOptions } from './clients/brokers.js';
export { QueueSender, type Sent } from './clients/amqp/sender.js';
export { QueueReceiver, type Received, type ReceiverOptions } from './clients/amqp/receiver.js';
export type { ClusterState, ClusterStatus, NodeStatus, StatusProblem } from './observe/status.js';
export { type Election } from './stores/election.js';
export { readElection } from './stores/replicated-leveldb/election/read-election.js';
export { type Member } from './stores/election.js';
export { parseMember, type Znode } from './stores/replicated-leveldb/election/members.js';
export { ensureDistribution, exportArtifacts, findJava } from './distribution/index.js';
export { drill } from './drill/drill.js';
export type { DrillOptions } from './drill/drill-context.js';
export type { DrillResult, RoundResult, ScenarioResult, Verdict } from './drill/result.js';
export { writeReport } from './drill/report/index.js';
