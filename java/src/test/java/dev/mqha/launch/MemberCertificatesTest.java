package dev.mqha.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mqha.rig.Certificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import javax.net.ssl.X509KeyManager;
import org.apache.zookeeper.common.X509Exception;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemberCertificatesTest {
    @TempDir
    static Path directory;

    private static Certificates made;
    private static long changes;

    private final Path file = directory.resolve("conf.pem");

    @BeforeAll
    static void make() throws Exception {
        made = new Certificates(directory)
                .authority("cluster")
                .of("first", "cluster", "EC", "ip:127.0.0.1")
                .of("second", "cluster", "EC", "ip:127.0.0.1");
    }

    @BeforeEach
    void begin() throws Exception {
        Files.deleteIfExists(file);
    }

    /** As mqha does it: another file takes the place, whole. */
    private void put(String name) throws Exception {
        Path beside = Files.copy(made.file(name), directory.resolve("beside.pem"), StandardCopyOption.REPLACE_EXISTING);
        changed(Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE));
    }

    private static void changed(Path file) throws Exception {
        Files.setLastModifiedTime(file, FileTime.fromMillis(1_700_000_000_000L + 1000 * changes++));
    }

    /** The name in the certificate that a server shows. */
    private static String shown(X509KeyManager manager) {
        String alias = manager.getServerAliases("EC", null)[0];
        return manager.getCertificateChain(alias)[0].getSubjectX500Principal().getName();
    }

    @Test
    void areReadOnceForAllConnections() throws Exception {
        put("first");
        MemberCertificates certificates = new MemberCertificates(file);
        X509KeyManager manager = certificates.getKeyManager();
        assertEquals("CN=first", shown(manager));
        assertSame(manager, certificates.getKeyManager());
    }

    @Test
    void areReadAgainWhenTheyWereRenewed() throws Exception {
        put("first");
        MemberCertificates certificates = new MemberCertificates(file);
        certificates.getKeyManager();
        put("second");
        X509KeyManager manager = certificates.getKeyManager();
        assertEquals("CN=second", shown(manager));
        assertSame(manager, certificates.getKeyManager());
    }

    @Test
    void areShownOnWhereTheFileIsGoneOrDamagedUntilItIsThereAgain() throws Exception {
        put("first");
        MemberCertificates certificates = new MemberCertificates(file);
        X509KeyManager manager = certificates.getKeyManager();
        Files.delete(file);
        assertSame(manager, certificates.getKeyManager());
        changed(Files.writeString(file, "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n"));
        assertSame(manager, certificates.getKeyManager());
        put("second");
        assertEquals("CN=second", shown(certificates.getKeyManager()));
    }

    @Test
    void areAnErrorWhereThereWereNeverAny() throws Exception {
        MemberCertificates certificates = new MemberCertificates(file);
        assertThrows(X509Exception.KeyManagerException.class, certificates::getKeyManager);
    }
}
