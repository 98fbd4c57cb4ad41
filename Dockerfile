# Odoo 19 with our addons. A newer build of Odoo: raise the date (docs/production.md, Upgrade).
ARG ODOO_IMAGE=odoo:19.0-20260817
FROM ${ODOO_IMAGE}

USER root

COPY deploy/requirements.txt /opt/sales-cycle/requirements.txt
RUN python3 -m pip install --no-cache-dir --break-system-packages --require-hashes \
        -r /opt/sales-cycle/requirements.txt

# Outside of the folders that the base image declares as volumes: what lies in those would be hidden
# by an older copy after an upgrade.
COPY addons /opt/sales-cycle/addons
COPY deploy/odoo_service.py /opt/sales-cycle/odoo_service.py
RUN chmod -R a+rX /opt/sales-cycle \
    && python3 -m compileall -q /opt/sales-cycle/addons \
    && install -d -o odoo -g odoo -m 0755 /srv/odoo /srv/odoo/filestore \
    && install -d -o odoo -g odoo -m 0700 /srv/odoo/sessions

ENV ODOO_RC=/etc/odoo/odoo.conf \
    ODOO_ADDONS=/opt/sales-cycle/addons \
    PYTHONUNBUFFERED=1 \
    LANG=C.UTF-8

USER odoo
WORKDIR /srv/odoo
EXPOSE 8069 8072
ENTRYPOINT ["python3", "/opt/sales-cycle/odoo_service.py"]
CMD ["web"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python3", "/opt/sales-cycle/odoo_service.py", "health"]
