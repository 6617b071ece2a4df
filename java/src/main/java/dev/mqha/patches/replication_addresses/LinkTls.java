package dev.mqha.patches.replication_addresses;

import dev.mqha.launch.Tls;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/**
 * The encryption of the replication link: TLS 1.3, certificates of the cluster's authority on both sides, and on the
 * slave's side the host that its master has in ZooKeeper.
 *
 * <p>{@code SslTransport} asks a context for an engine, and then keeps it to itself: it checks no host, and takes every
 * version and cipher that Java has. So this context hands out engines that are set already.
 */
final class LinkTls extends SSLContextSpi {
    private static final String[] PROTOCOLS = {"TLSv1.3"};

    private static SSLContext known;

    private final SSLContext context;

    private LinkTls(SSLContext context) {
        this.context = context;
    }

    /** The context of this process; its files are read once. @throws IllegalStateException where they cannot be used */
    static synchronized SSLContext context() {
        try {
            if (known == null) {
                known = around(Tls.amongMembers());
            }
            return known;
        } catch (IOException | GeneralSecurityException failure) {
            throw new IllegalStateException("the replication link cannot be encrypted: " + failure.getMessage(), failure);
        }
    }

    private static SSLContext around(SSLContext context) {
        return new SSLContext(new LinkTls(context), context.getProvider(), context.getProtocol()) {};
    }

    /** At the master, for who connects. */
    @Override
    protected SSLEngine engineCreateSSLEngine() {
        return with(context.createSSLEngine(), null);
    }

    /** At a slave. */
    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
        // Compares the host with the names in the certificate (RFC 2818).
        return with(context.createSSLEngine(host, port), "HTTPS");
    }

    private static SSLEngine with(SSLEngine engine, String identification) {
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        parameters.setEndpointIdentificationAlgorithm(identification);
        engine.setSSLParameters(parameters);
        return engine;
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trusted, SecureRandom random) throws KeyManagementException {
        throw new KeyManagementException("it is initialized");
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
        throw new UnsupportedOperationException("the link is made of engines");
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
        throw new UnsupportedOperationException("the link is made of engines");
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
        return context.getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
        return context.getClientSessionContext();
    }
}
