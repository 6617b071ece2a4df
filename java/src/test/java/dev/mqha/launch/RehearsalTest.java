package dev.mqha.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Certificates;
import dev.mqha.rig.Jvm;
import java.io.File;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
    /** A slave that has attached. */
    public static final class Slave {
        public static void main(String[] args) throws Exception {
            Rehearsal.play(new File(args[0]));
            System.out.println("rehearsed");
            System.exit(0);
        }
    }

    @TempDir
    Path directory;

    @Test
    void aTakeoverIsPlayedToItsEnd() throws Exception {
        assertEquals("rehearsed", Jvm.mended().print(Slave.class, directory.resolve("played")));
    }

    @Test
    void aTakeoverIsPlayedOverTls() throws Exception {
        // Its host is not loopback.
        Path conf = new Certificates(directory)
                .authority("cluster")
                .authority("clients")
                .of("node", "cluster", "EC", "ip:192.0.2.1")
                .conf("node", "cluster", "clients");
        Jvm slave = Jvm.mended().option("-D" + Tls.DIRECTORY + "=" + conf);
        assertEquals("rehearsed", slave.print(Slave.class, directory.resolve("played")));
    }
}
