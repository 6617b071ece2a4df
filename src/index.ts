/**
 * mqha as a library: everything a program needs to do what the command line does. Open a cluster
 * with `openCluster(directory, thisHost({ emit }))` and pass it to the use cases.
 */
export { MqhaError, type Problem } from './errors.js';
export { loadConfig, parseConfig } from './config/load.js';
export type { ClusterConfig, NodeConfig } from './config/schema.js';
export type { InitOptions } from './config/defaults.js';
export { openCluster, thisHost, type Cluster, type Host } from './cluster/context.js';
export type { ClusterEvent, Emit, NodePhase } from './cluster/events.js';
export { findClusterDirectory } from './cluster/identity.js';
export { initCluster, type InitResult } from './cluster/init.js';
export { checkRendered, prepareRuntime, render } from './cluster/prepare.js';
export { startNodes, type StartOptions, type StartResult } from './cluster/start.js';
export { up, type UpOptions } from './cluster/up.js';
export { restartNodes, type RestartOptions, type RestartResult } from './cluster/restart.js';
export { switchover, type SwitchoverOptions, type SwitchoverResult } from './cluster/switchover.js';
export { finishScale, scaleCluster, type ScaleOptions, type ScaleResult } from './scale/scale.js';
export { dryRun, planScale, type DryRun } from './scale/dry-run.js';
export type { ScalePlan } from './scale/proposal.js';
export { supervise } from './supervisor/supervise.js';
export { downCluster, statusOf, stopNodes, type Confirm, type Stopped } from './cluster/stop.js';
export { killNodes, type KillResult } from './cluster/kill.js';
export { destroyCluster, type DestroyResult } from './cluster/destroy.js';
export { resolveNodes } from './cluster/nodes.js';
export { clientSettings, type ClientSettings } from './cluster/client-settings.js';
export { sendMessages, type SendOptions, type SendResult } from './cluster/send.js';
export { consumeMessages, type ConsumeOptions, type ConsumeResult } from './cluster/consume.js';
export { queuesOf, type Queues } from './cluster/queues.js';
export { brokersOf, type Account, type Broker, type ClientOptions } from './client/brokers.js';
export { QueueSender, type Sent } from './client/sender.js';
export { QueueReceiver, type Received, type ReceiverOptions } from './client/receiver.js';
export type { ClusterState, ClusterStatus, NodeStatus, StatusProblem } from './cluster/status.js';
export { readElection, type Election } from './election/election.js';
export { parseMember, type Member, type Znode } from './election/members.js';
export { ensureDistribution, exportArtifacts, findJava } from './distribution/index.js';
export { drill } from './drill/drill.js';
export type { DrillOptions } from './drill/ground.js';
export type { DrillResult, RoundResult, ScenarioResult, Verdict } from './drill/result.js';
export { writeReport } from './drill/report/index.js';
