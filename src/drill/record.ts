export { DrillRecord, type Undone } from '../state/drill-record.js';
