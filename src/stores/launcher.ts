/** Takes the lock on a data directory and then calls another main. */
export const LAUNCHER = 'dev.mqha.launch.Launcher';

/** Its exit code where another process holds the data directory. */
export const DATA_IN_USE = 75;
