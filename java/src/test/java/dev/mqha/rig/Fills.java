package dev.mqha.rig;

import java.nio.file.Path;
import org.apache.activemq.leveldb.replicated.SlaveLevelDBStore;

/** A program that fills two copies of a store, {@code first} and {@code second}, with a queue {@code numbers}, and stops both. */
public final class Fills {
    private Fills() {}

    /** @param args the directory of the copies; the size of a log file, in bytes; how many messages; their size, in bytes */
    public static void main(String[] args) throws Exception {
        long logSize = Long.parseLong(args[1]);
        try (Replicas.Master master = Replicas.master(Path.of(args[0], "first"), 2, logSize)) {
            SlaveLevelDBStore slave = Replicas.slave(master, Path.of(args[0], "second"), logSize);
            Replicas.send(master.serving(), "numbers", Integer.parseInt(args[2]), Integer.parseInt(args[3]));
            Replicas.caughtUp(master, slave);
            slave.stop();
        }
        System.exit(0);
    }
}
