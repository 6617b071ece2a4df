package dev.mqha.rig;

import dev.mqha.launch.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.SSLContext;

/** Authorities and certificates as PEM files, made by keytool. */
public final class Certificates {
    private static final String PASSWORD = "password";

    private final Path directory;
    private final Path store;

    /** Makes them below a directory. */
    public Certificates(Path directory) throws IOException, InterruptedException {
        this.directory = Files.createDirectories(directory);
        store = directory.resolve("all.p12");
    }

    /** Makes an authority: {@code <name>.pem} has it, without its key. */
    public Certificates authority(String name) throws Exception {
        make(name, "EC", "-ext", "bc:c=ca:true", "-ext", "ku:c=keyCertSign,cRLSign");
        write(directory.resolve(name + ".pem"), name, false);
        return this;
    }

    /** Makes a certificate: {@code <name>.pem} has it, with its key. @param names subject alternative names, as {@code ip:127.0.0.1} */
    public Certificates of(String name, String authority, String algorithm, String names) throws Exception {
        make(name, algorithm, "-signer", authority, "-signerkeypass", PASSWORD, "-ext", "san=" + names, "-ext", "eku=serverAuth,clientAuth");
        write(directory.resolve(name + ".pem"), name, true);
        return this;
    }

    /** The files that a process has in its directory: {@code tls.pem} of this name, the cluster's authority and the applications'. */
    public Path conf(String name, String cluster, String clients) throws IOException {
        Path conf = Files.createDirectories(directory.resolve("conf-" + name));
        Files.copy(file(name), conf.resolve("tls.pem"));
        Files.copy(file(cluster), conf.resolve("cluster-ca.pem"));
        Files.copy(file(clients), conf.resolve("client-ca.pem"));
        return conf;
    }

    public Path file(String name) {
        return directory.resolve(name + ".pem");
    }

    /** As whom a stranger comes. */
    public static SSLContext context(Path directory, String name, String authority) {
        try {
            return Tls.context(directory.resolve(name + ".pem"), directory.resolve(authority + ".pem"));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (GeneralSecurityException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private void make(String name, String algorithm, String... more) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(), "-genkeypair", "-alias", name,
                "-keyalg", algorithm, "-dname", "CN=" + name, "-keystore", store.toString(), "-storetype", "PKCS12",
                "-storepass", PASSWORD, "-startdate", "-1H", "-validity", "2"));
        if (algorithm.equals("EC")) {
            command.addAll(List.of("-groupname", "secp256r1"));
        }
        command.addAll(List.of(more));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() != 0) {
            throw new IOException(said);
        }
    }

    private void write(Path file, String name, boolean withKey) throws Exception {
        KeyStore all = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            all.load(in, PASSWORD.toCharArray());
        }
        Base64.Encoder base64 = Base64.getMimeEncoder(64, "\n".getBytes());
        StringBuilder pem = new StringBuilder();
        if (withKey) {
            Key key = all.getKey(name, PASSWORD.toCharArray());
            pem.append("-----BEGIN PRIVATE KEY-----\n" + base64.encodeToString(key.getEncoded()) + "\n-----END PRIVATE KEY-----\n");
        }
        Certificate leaf = all.getCertificateChain(name)[0];
        pem.append("-----BEGIN CERTIFICATE-----\n" + base64.encodeToString(leaf.getEncoded()) + "\n-----END CERTIFICATE-----\n");
        Files.writeString(file, pem);
    }
}
