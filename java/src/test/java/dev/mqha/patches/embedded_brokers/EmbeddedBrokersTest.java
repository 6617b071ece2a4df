package dev.mqha.patches.embedded_brokers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.rig.Jvm;
import dev.mqha.rig.Replicas;
import java.net.URI;
import java.nio.file.Path;
import org.apache.activemq.broker.BrokerRegistry;
import org.apache.activemq.transport.TransportFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokersTest {
    @TempDir
    Path directory;

    /** Connects to a broker that is there, and to others. Prints what came of it, and which brokers there are. */
    public static final class Connects {
        public static void main(String[] args) throws Exception {
            try (Replicas.Master master = Replicas.master(Path.of(args[0]), 1, 1024 * 1024).serving()) {
                Replicas.send(master, "q", 1, 100);
                System.out.println(outcome("vm://evil?brokerConfig=broker:()/evil?persistent=false"));
                System.out.println(outcome("vm://bad?broker.persistent=false&broker.useJmx=false"));
                System.out.println(outcome("vm:(broker:()/worse?persistent=false&useJmx=false)"));
                System.out.println(BrokerRegistry.getInstance().getBrokers().size());
                System.out.println(Replicas.drained(master, "q"));
            }
            Runtime.getRuntime().halt(0);
        }

        private static String outcome(String uri) {
            try {
                TransportFactory.compositeConnect(new URI(uri));
                return "connected";
            } catch (Exception refused) {
                return "refused";
            }
        }
    }

    @Test
    void anAddressMakesNoBroker() throws Exception {
        assertEquals("refused refused refused 1 1", Jvm.mended().print(Connects.class, directory.resolve("mended")).replace('\n', ' '));
        // The brokers that are made keep their stores there.
        String elsewhere = "-Dorg.apache.activemq.default.directory.prefix=" + directory + "/";
        String stock = Jvm.stock().option(elsewhere).print(Connects.class, directory.resolve("stock")).replace('\n', ' ');
        assertTrue(stock.endsWith(" connected connected 4 1"), stock);
    }
}
