package dev.mqha.patches.factory_names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mqha.rig.Jvm;
import java.io.IOException;
import java.util.List;
import org.apache.activemq.transport.TransportFactory;
import org.apache.activemq.util.FactoryFinder;
import org.junit.jupiter.api.Test;

class FactoryNamesTest {
    /** What stands in a file of the class path, and must not be made. */
    public static final class Evil {
        public Evil() {
            System.out.println("made");
        }
    }

    /** Asks for a factory as a header of a STOMP frame does (CVE-2026-33227), and then for one that there is. */
    public static final class Asks {
        public static void main(String[] args) throws Exception {
            try {
                new FactoryFinder("META-INF/services/org/apache/activemq/transport/frametranslator/").newInstance(args[0]);
            } catch (IOException | InstantiationException none) {
                System.out.println("refused");
            }
            System.out.println(TransportFactory.connect(new java.net.URI("mock:(tcp://127.0.0.1:1)")) != null);
        }
    }

    @Test
    void aNameLeadsToNoOtherFile() throws Exception {
        String up = "../".repeat(7) + "evil-factory";
        assertEquals("made\ntrue", Jvm.stock().print(Asks.class, up));
        assertEquals("refused\ntrue", Jvm.mended().print(Asks.class, up));
    }

    @Test
    void namesOfTheDistributionArePlain() throws Exception {
        for (String name : List.of("auto+nio", "tcp", "default", "jms-map-json", "jms-object-xml", "amqp+nio+ssl", "org.apache.x")) {
            assertEquals(name, FactoryNames.plain(name));
        }
        for (String name : new String[] {"", "/a", "a/b", "..", "a/../b", "\\a", "a\\b", "a..b", ".a", "%2e%2e%2f", "a\n", "a:b", null}) {
            assertThrows(InstantiationException.class, () -> FactoryNames.plain(name), name);
        }
    }
}
