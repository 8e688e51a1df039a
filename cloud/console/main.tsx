import { startConsole } from './app/start-console.tsx';

startConsole();
