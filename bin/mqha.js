#!/usr/bin/env node
'use strict';
// CommonJS, as package.json beside it says: Node.js starts it faster than an ES module.
require('../dist/js/mqha.cjs');
