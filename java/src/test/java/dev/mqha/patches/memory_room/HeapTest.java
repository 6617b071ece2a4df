package dev.mqha.patches.memory_room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mqha.rig.Jvm;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Mixes of clients against a broker with a small heap, and limits that follow from it as they do in a cluster. */
class HeapTest {
    /** Of {@code -XX:+ExitOnOutOfMemoryError}. */
    private static final int OUT_OF_MEMORY = 3;

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            TEMP | received 350 and 15
            SLOW | received 100
            DURABLE | received 80
            IDLE | received 112
            SENDERS | sent 80 received 80
            STOMP | sent 40 received 40
            AMQP | sent 80 received 80
            TRANSACTION | refused, committed, received 4
            ASYNC | sent 240 received 240
            BROWSERS | browsed 4 received 60
            """)
    void aBrokerLivesThroughIt(String mix, String expected) throws Exception {
        Jvm.Ended ended = small(Jvm.mended()).run(CrowdedBroker.class, directory, mix);
        assertEquals(mix + ": " + expected + "\nserved", ended.out(), ended.err());
    }

    @ParameterizedTest
    @EnumSource(names = {"TEMP", "DURABLE"})
    void oneWithTheStockClassesEndsOfIt(Mixes mix) throws Exception {
        Jvm.Ended ended = small(Jvm.stock()).run(CrowdedBroker.class, directory, mix);
        assertEquals(OUT_OF_MEMORY, ended.exitCode(), ended.out() + ended.err());
    }

    private static Jvm small(Jvm jvm) {
        return jvm.option("-Xmx128m").option("-XX:+ExitOnOutOfMemoryError");
    }
}
