// The Spring Boot example through a kill of the master, again and again: npm run spring-boot -- [times=10]
import { readOptions } from './lib/options.js';
import { repeat } from './lib/repeat.js';

const { count: times } = readOptions('npm run spring-boot -- [times=10]', { count: 10 });
const file = 'test/integration/examples.test.ts';
const match = 'the Spring Boot application';
process.exit(repeat({ title: 'spring-boot', file, match, times }) ? 0 : 1);
