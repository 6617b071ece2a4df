package dev.mqha.patches.unauthenticated_connections;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.launch.Tls;
import dev.mqha.rig.Certificates;
import dev.mqha.rig.Jvm;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MessagePortTest {
    @TempDir
    Path directory;

    /** Of {@code -XX:+ExitOnOutOfMemoryError}. */
    private static final int OUT_OF_MEMORY = 3;

    @Test
    void everyAttackIsRefusedAndLargeMessagesPass() throws Exception {
        Jvm.Ended ended = small(Jvm.mended(), 160).run(AttackedPort.class, (Object[]) names());
        String expected = Stream.of(names()).map(name -> name + " refused\n").collect(Collectors.joining()) + "served";
        assertEquals(expected, ended.out(), ended.err());
    }

    @ParameterizedTest
    @EnumSource(names = {"ARRAY", "MAP", "AMQP_FRAMES", "AMQP_MANY", "STOMP_HEADERS"})
    void theStockClassesEndOfIt(Attacks attack) throws Exception {
        Jvm.Ended ended = small(Jvm.stock(), 64).run(AttackedPort.class, attack);
        assertEquals(OUT_OF_MEMORY, ended.exitCode(), ended.out() + ended.err());
    }

    @Test
    void aFewMayWaitAndACrowdMakesRoom() throws Exception {
        String waiting = small(Jvm.mended(), 160)
                .print(AttackedPort.class, Attacks.LONE, Attacks.CROWD, Attacks.SILENT, Attacks.FULL);
        assertEquals("LONE waits\nCROWD refused\nSILENT waits\nFULL refused\nserved", waiting);
    }

    @Test
    void overTlsTheSameHolds() throws Exception {
        String tls = "-D" + Tls.DIRECTORY + "="
                + new Certificates(directory)
                        .authority("cluster")
                        .authority("clients")
                        .of("node", "cluster", "EC", "ip:127.0.0.1")
                        .conf("node", "cluster", "clients");
        Jvm.Ended ended = small(Jvm.mended().option(tls), 160).run(AttackedPort.class, (Object[]) names());
        String expected = Stream.of(names()).map(name -> name + " refused\n").collect(Collectors.joining()) + "served";
        assertEquals(expected, ended.out(), ended.err());
        String waiting = small(Jvm.mended().option(tls), 160)
                .print(AttackedPort.class, Attacks.LONE, Attacks.CROWD, Attacks.SILENT, Attacks.HANDSHAKES, Attacks.FULL);
        assertEquals("LONE waits\nCROWD refused\nSILENT waits\nHANDSHAKES waits\nFULL refused\nserved", waiting);
    }

    /** Of those that are attacks whether there are many or not. */
    private static String[] names() {
        return EnumSet.range(Attacks.values()[0], Attacks.STOMP_BODIES).stream()
                .map(Enum::name)
                .toArray(String[]::new);
    }

    private static Jvm small(Jvm jvm, int heapMb) {
        return jvm.option("-Xmx" + heapMb + "m").option("-XX:+ExitOnOutOfMemoryError");
    }
}
