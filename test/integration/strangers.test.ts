import { testStrangers } from '../support/attacks/strangers-tests.js';

testStrangers('in clear');
