// The article's story with real brokers, again and again: node bench/story.js [times=10]
import { readOptions } from './lib/options.js';
import { repeat } from './lib/repeat.js';

const { count: times } = readOptions('node bench/story.js [times=10]', { count: 10 });
const file = 'test/integration/story.test.ts';
process.exit(repeat({ title: 'story', file, times }) ? 0 : 1);
