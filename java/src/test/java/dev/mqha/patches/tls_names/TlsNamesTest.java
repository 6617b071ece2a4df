package dev.mqha.patches.tls_names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.rig.Jvm;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ZooKeeper's client asks of TLS when it is loaded. */
class TlsNamesTest {
    @TempDir
    Path directory;

    /** Says which protocol and how many ciphers ZooKeeper's client would take, and whether trust was asked for. */
    public static final class NamesTls {
        public static void main(String[] args) throws Exception {
            Class<?> type = Class.forName(QuickTls.CLASS.replace('/', '.'));
            Field ciphers = type.getDeclaredField("DEFAULT_CIPHERS_JAVA9");
            ciphers.setAccessible(true);
            Object protocol = type.getField("DEFAULT_PROTOCOL").get(null);
            System.out.println(protocol + " " + List.of((Object[]) ciphers.get(null)));
        }
    }

    @Test
    void theClientKnowsTheNamesOfTlsWithoutATrustStore() throws Exception {
        String names = Jvm.stock().print(NamesTls.class);
        assertTrue(names.startsWith("TLSv1.3 [TLS_"), names);
        assertEquals(names, Jvm.mended().print(NamesTls.class));
        String broken = "-Djavax.net.ssl.trustStore=" + Files.writeString(directory.resolve("none.jks"), "no trust store");
        assertFalse(Jvm.stock().option(broken).print(NamesTls.class).equals(names));
        assertEquals(names, Jvm.mended().option(broken).print(NamesTls.class));
    }
}
