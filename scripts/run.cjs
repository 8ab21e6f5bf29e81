// `npm start`, `npm test` and the other commands: installs and builds what is out of date, then runs.
// Nothing here may need node_modules, and this file must still parse on a Node that is too old, to say so.
'use strict';
var path = require('path');

/** The first Node whose CommonJS code may require ES modules without a flag; NestJS 12 consists of them. */
var NODE_MAJOR = 20;
var NODE_MINOR = 19;

var found = process.versions.node.split('.').map(Number);
if (found[0] < NODE_MAJOR || (found[0] === NODE_MAJOR && found[1] < NODE_MINOR)) {
  console.error('Node >= ' + NODE_MAJOR + '.' + NODE_MINOR + ' is needed, this is ' + process.versions.node + '.');
  process.exit(1);
}
process.chdir(path.join(__dirname, '..'));
require('./run/commands.cjs')
  .run(process.argv[2], process.argv.slice(3))
  .then(
    function (code) {
      process.exit(code);
    },
    function (error) {
      console.error(error instanceof Error ? error.message : error);
      process.exit(1);
    },
  );
