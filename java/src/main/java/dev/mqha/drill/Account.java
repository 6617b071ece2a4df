package dev.mqha.drill;

import javax.jms.Connection;
import javax.jms.JMSException;
import javax.net.ssl.KeyManager;
import javax.net.ssl.TrustManager;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQSslConnectionFactory;
import org.apache.activemq.RedeliveryPolicy;

/**
 * Where the brokers are, and who the client is; user and password are null on an anonymous cluster.
 *
 * @param tls null where nothing is encrypted
 */
record Account(String url, String username, String password, Identity tls) {
    /** What the client shows, and whom it takes for a broker. */
    record Identity(KeyManager[] own, TrustManager[] authorities) {}

    private static final int CLOSE_MS = 3000;
    private static final int KEEP_TRYING = RedeliveryPolicy.NO_MAXIMUM_REDELIVERIES;

    /**
     * A connection that shows what the broker does: an acknowledgement is answered before the client goes
     * on, and what comes twice is not held back by the client.
     *
     * @param clientId null where none is needed
     */
    Connection connect(String clientId, int prefetch) throws JMSException {
        ActiveMQConnectionFactory factory = factory();
        factory.setUserName(username);
        factory.setPassword(password);
        factory.setWatchTopicAdvisories(false);
        factory.setSendAcksAsync(false);
        factory.setAlwaysSyncSend(true);
        factory.setCheckForDuplicates(false);
        factory.setCloseTimeout(CLOSE_MS);
        factory.getPrefetchPolicy().setAll(prefetch);
        factory.getRedeliveryPolicy().setMaximumRedeliveries(KEEP_TRYING);
        factory.getRedeliveryPolicy().setInitialRedeliveryDelay(0);
        factory.setClientID(clientId);
        return factory.createConnection();
    }

    private ActiveMQConnectionFactory factory() {
        if (tls == null) {
            return new ActiveMQConnectionFactory(url);
        }
        ActiveMQSslConnectionFactory factory = new ActiveMQSslConnectionFactory(url);
        factory.setKeyAndTrustManagers(tls.own(), tls.authorities(), null);
        return factory;
    }
}
