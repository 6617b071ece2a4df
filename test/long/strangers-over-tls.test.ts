import { testStrangers } from '../support/attacks/strangers-tests.js';

// What differs over TLS is in ../integration/tls.test.ts.
testStrangers('over TLS');
