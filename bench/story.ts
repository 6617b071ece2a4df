// The article's story with real brokers, again and again: npm run story -- [times=10]
import { readOptions } from './lib/options.js';
import { repeat } from './lib/repeat.js';

const { count: times } = readOptions('npm run story -- [times=10]', { count: 10 });
const file = 'test/integration/story.test.ts';
process.exit(repeat({ title: 'story', file, times }) ? 0 : 1);
