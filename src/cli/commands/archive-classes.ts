import { command } from '../definition.js';

export const archiveClasses = command({
  name: 'archive-classes',
  group: 'make',
  hidden: true,
  summary: 'make the class-data archives that a first start has recorded; `up` leaves it behind',
  details: 'Makes the class-data archives that a first start has recorded; `up` leaves it behind.',
});
