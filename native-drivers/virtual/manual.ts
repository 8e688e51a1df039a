import { FAULTS } from './faults.ts';
import { virtualTargets } from './targets.ts';

export const USAGE = `Usage: npm run bench:virtual -- [options]

  --target NAME        the simulated chip: ${virtualTargets.map(({ id }) => id).join(', ')} (default ra8m1)
  --sites N            number of sockets, 1 to 64 (default 4)
  --speed wire|max     wire: bytes and flash take their time; max: they take none (default wire)
  --json               one JSON line once the ports are ready, instead of a table
  --empty              start with empty sockets
  --dir DIR            where the port links and control sockets go (default: a temporary directory)
  --usb-port N         targets on USB: TCP port of the first site's USB/IP server, the next site's is N + 1 (default: free ones)
  --seed N             unique ids of fresh parts repeat from run to run
  --foreign-keys accept|refuse
                       injected keys whose wrapping key the simulator cannot know (default accept)
  --attached           end when standard input or the parent process ends
  --control            print how a script resets a part, sets its mode pin and makes faults
  --help               print this
`;

const faults = Object.entries(FAULTS).map(([name, text]) => `  ${name.padEnd(20)} ${text}`);

export const CONTROL_MANUAL = `Each site has a Unix socket, <directory>/<site>.sock. Send one command per line; each is answered by one
JSON line, {"ok":true,...} or {"ok":false,"error":"...","message":"..."}. For example:

  echo reset | socat - UNIX-CONNECT:/tmp/rootline-bench-x/A1.sock

  md low | md high     mode pin; read at the next reset. low: boot ROM, high: firmware (low at start)
  reset                pulse the reset line
  power on | off       power of the socket (on at start)
  insert [UID]         put a part in: a fresh one, or the one of that unique id (32 hex digits); a part
                       that was removed comes back with all it holds
  remove               take the part out
  cable pull | plug    a re-plugged cable gets a new pseudo-terminal; <directory>/<site> follows it. On USB the
                       device leaves the bus and comes back to the same port of it
  fault NAME [...]     arm a fault, once; add xN for N times or always
  fault clear          disarm all
  temperature C        die temperature in degrees Celsius (25 at start)
  flash                unique id, life cycle and data flash (base64) of the part: helper data, certificates,
                       configuration; no key is in there, a PUF keeps none
  status               everything there is to know, with the clock
  clock                what wire and flash alone needed since the last reset of the counter, and how far behind the bench is
  clock reset          set that counter to zero
  watch                from now on events come too: {"event":"presence","part":true},
                       {"event":"cable","port":null}, {"event":"running","running":"boot-rom"}

Faults (COMMAND is the ROM's command code in hex, as the last word; without it any command):

${faults.join('\n')}
  agent:<name>         handed to the firmware, which knows its own

For example: fault drop-answer 13, fault nak e4 72, fault delay 200 3a x3, fault power-cut-mid-write 5.
`;
