package dev.mqha.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mqha.rig.Certificates;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsTest {
    @TempDir
    static Path directory;

    private static Certificates made;

    @BeforeAll
    static void make() throws Exception {
        made = new Certificates(directory)
                .authority("cluster")
                .authority("foreign")
                .of("EC", "cluster", "EC", "ip:127.0.0.1")
                .of("RSA", "cluster", "RSA", "ip:127.0.0.1")
                .of("Ed25519", "cluster", "Ed25519", "ip:127.0.0.1")
                .of("stranger", "foreign", "EC", "ip:127.0.0.1");
    }

    /** What a server reads of a client that has connected, or null where it did not let it in. */
    private static String told(SSLContext server, SSLContext client) throws Exception {
        try (SSLServerSocket port = (SSLServerSocket)
                server.getServerSocketFactory().createServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port.setNeedClientAuth(true);
            CompletableFuture<String> read = CompletableFuture.supplyAsync(() -> {
                try (SSLSocket accepted = (SSLSocket) port.accept()) {
                    return new String(accepted.getInputStream().readNBytes(5));
                } catch (IOException refused) {
                    return null;
                }
            });
            try (SSLSocket socket = (SSLSocket)
                    client.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), port.getLocalPort())) {
                socket.getOutputStream().write("hello".getBytes());
            } catch (IOException refused) {
                // Who was refused is what the server says.
            }
            return read.get();
        }
    }

    private static SSLContext context(String name, String authority) throws Exception {
        return Tls.context(made.file(name), made.file(authority));
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "Ed25519"})
    void aKeyOfAnyKindIsRead(String kind) throws Exception {
        assertEquals("hello", told(context(kind, "cluster"), context(kind, "cluster")));
    }

    @Test
    void nobodyElseIsTrusted() throws Exception {
        assertEquals(null, told(context("EC", "cluster"), context("stranger", "cluster")));
        assertEquals(null, told(context("stranger", "cluster"), context("EC", "cluster")));
    }

    @Test
    void aFileMayHaveSeveralAuthorities() throws Exception {
        Path both = directory.resolve("both.pem");
        Files.writeString(both, Files.readString(made.file("foreign")) + "\n# and\n" + Files.readString(made.file("cluster")));
        SSLContext either = Tls.context(made.file("EC"), both);
        assertEquals("hello", told(either, context("stranger", "cluster")));
        assertEquals("hello", told(either, context("RSA", "cluster")));
    }

    @Test
    void whatIsWrongWithAFileIsSaid() throws Exception {
        String certificate = Files.readString(made.file("cluster"));
        assertSays(IOException.class, "has no key", certificate);
        assertSays(IOException.class, "has no certificate", "");
        assertSays(GeneralSecurityException.class, "is damaged", certificate.replaceFirst("\nMII", "\nMIIMII"));
        assertSays(GeneralSecurityException.class, "is damaged", "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n");
        assertSays(IOException.class, "PKCS #8", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n" + certificate);
        byte[] other = KeyPairGenerator.getInstance("RSA").generateKeyPair().getPrivate().getEncoded();
        String key = "-----BEGIN PRIVATE KEY-----\n" + Base64.getEncoder().encodeToString(other) + "\n-----END PRIVATE KEY-----\n";
        assertSays(GeneralSecurityException.class, "is not of its first certificate", key + certificate);
        assertThrows(IOException.class, () -> Tls.keyManagers(directory.resolve("absent.pem")));
    }

    private static void assertSays(Class<? extends Exception> kind, String what, String content) throws Exception {
        Path file = Files.writeString(directory.resolve("wrong.pem"), content);
        String message = assertThrows(kind, () -> Tls.keyManagers(file)).getMessage();
        assertTrue(message.contains(file + " ") && message.contains(what), message);
    }
}
