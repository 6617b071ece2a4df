package dev.mqha.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mqha.rig.Certificates;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyStoresTest {
    private static final String PASSWORD = "very-secret";

    @TempDir
    static Path directory;

    private static Certificates made;

    @BeforeAll
    static void make() throws Exception {
        made = new Certificates(directory)
                .authority("cluster")
                .authority("former")
                .of("app", "cluster", "EC", "ip:127.0.0.1");
    }

    /** What the program prints for an input. */
    private static String printed(String input, String... args) throws Exception {
        InputStream in = System.in;
        PrintStream out = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            System.setIn(new ByteArrayInputStream(input.getBytes()));
            System.setOut(new PrintStream(bytes, true));
            KeyStores.main(args);
        } finally {
            System.setIn(in);
            System.setOut(out);
        }
        return bytes.toString();
    }

    private static KeyStore opened(JsonNode base64, String password) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(new ByteArrayInputStream(base64.binaryValue()), password.toCharArray());
        return store;
    }

    @Test
    void haveTheKeyAndTheAuthoritiesUnderThePassword() throws Exception {
        Path authorities = Files.writeString(
                directory.resolve("authorities.pem"),
                Files.readString(made.file("cluster")) + Files.readString(made.file("former")));
        String line = printed(PASSWORD + "\nmore\n", made.file("app").toString(), "shop", authorities.toString());
        assertEquals(1, line.lines().count());
        assertTrue(!line.contains(PASSWORD));
        JsonNode stores = new ObjectMapper().readTree(line);

        KeyStore keys = opened(stores.path("keys"), PASSWORD);
        assertEquals(List.of("shop"), Collections.list(keys.aliases()));
        assertNotNull(keys.getKey("shop", PASSWORD.toCharArray()));
        assertEquals("CN=app", ((X509Certificate) keys.getCertificate("shop")).getSubjectX500Principal().getName());
        assertThrows(IOException.class, () -> opened(stores.path("keys"), "other"));

        KeyStore trusted = opened(stores.path("trusted"), PASSWORD);
        List<String> names = Collections.list(trusted.aliases()).stream().sorted().toList();
        assertEquals(List.of("authority0", "authority1"), names);
        for (String name : names) {
            assertTrue(trusted.isCertificateEntry(name));
        }
        // Who has certified the application is known by its signature.
        keys.getCertificate("shop").verify(trusted.getCertificate("authority0").getPublicKey());
        assertThrows(IOException.class, () -> opened(stores.path("trusted"), "other"));
    }

    @Test
    void areNotMadeWithoutAPasswordOrAKey() throws Exception {
        String app = made.file("app").toString();
        String cluster = made.file("cluster").toString();
        for (String input : new String[] {"", "\n" + PASSWORD}) {
            assertThrows(IllegalArgumentException.class, () -> printed(input, app, "shop", cluster));
        }
        assertThrows(IllegalArgumentException.class, () -> printed(PASSWORD, app, "shop"));
        IOException refusal = assertThrows(IOException.class, () -> printed(PASSWORD, cluster, "shop", cluster));
        assertEquals(cluster + " has no key", refusal.getMessage());
    }
}
