package dev.mqha.patches.common;

/** Why a broker ends itself. Both the exit code and the code are read by mqha and stay as they are. */
public enum End {
    /** The store could not be started after an election. 70 is EX_SOFTWARE of sysexits.h. */
    START_FAILED(70, "start-failed", "the store could not be started"),

    /** The disk could not be read or written. */
    DISK_FAILED(71, "disk-failed", "the store could not be read or written"),

    /** A record of the log could not be brought into the index. */
    REPLAY_FAILED(72, "replay-failed", "the log could not be replayed"),

    /** Files of the log are gone, or shorter than what was written to them, while the broker runs. */
    LOG_LOST(73, "log-lost", "files of the log have vanished or shrunk"),

    /** What is on disk is no whole store. */
    STORE_DAMAGED(74, "store-damaged", "the store is damaged"),

    /** A slave whose own log goes further than that of its master. 75 is taken: another process holds the data. */
    MASTER_BEHIND(76, "master-behind", "the master's log ends before that of this slave"),

    /** The broker could not be started once it was elected, as where its message port is taken, or was stopped from inside. */
    BROKER_GONE(77, "broker-gone", "the broker could not be started, or has stopped by itself");

    private final int exitCode;
    private final String code;
    private final String text;

    End(int exitCode, String code, String text) {
        this.exitCode = exitCode;
        this.code = code;
        this.text = text;
    }

    public int exitCode() {
        return exitCode;
    }

    /** The word for it in the record, the journal and the status. */
    public String code() {
        return code;
    }

    @Override
    public String toString() {
        return text;
    }
}
